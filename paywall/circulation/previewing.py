"""What a staged file would change, account by account, for the staff who say yes or no."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintLine,
    StagedChange,
    StagedRow,
)

SHOWN = 20  # of each kind
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Preview:
    """An account's number and name, and what of it changes, in words."""

    publication: str
    number: str
    number_key: str
    name: str
    what: Sequence[str]


def some_of(file: CirculationImport) -> list[Preview]:
    """Return some of what a staged file changes, loses and brings."""
    return [*changed_in(file), *absent_from(file), *new_in(file)]


def new_in(file: CirculationImport) -> list[Preview]:
    """Return some of the accounts that a file brings."""
    if not file.new:
        return []
    known = PrintAccount.objects.filter(
        publication=OuterRef("publication"), number_key=OuterRef("number_key")
    )
    rows = StagedRow.objects.filter(~Exists(known), file=file).order_by("pk")[:SHOWN]
    return [_of(row, [f"new, {row.status}"]) for row in rows]


def changed_in(file: CirculationImport) -> list[Preview]:
    """Return some of the accounts that a file changes, with what they were and would be."""
    changes = StagedChange.objects.filter(file=file, kind=StagedChange.Kind.CHANGED)
    return [
        _of(change.account, list(_differences(file, change)) or ["changed"])
        for change in changes.select_related("account", "row").order_by("pk")[:SHOWN]
    ]


def absent_from(file: CirculationImport) -> list[Preview]:
    """Return some of the accounts that a file no longer has."""
    changes = StagedChange.objects.filter(file=file, kind=StagedChange.Kind.ABSENT)
    return [
        _of(change.account, ["not in the file"])
        for change in changes.select_related("account").order_by("pk")[:SHOWN]
    ]


def _of(who: Any, what: Sequence[str]) -> Preview:
    name = who.last_name or who.company
    return Preview(who.publication, who.number, who.number_key, name, what)


def _several(file: CirculationImport, account: PrintAccount) -> list[StagedRow]:
    """Return the rows of an account that may have several: those alone are found by an index."""
    number = {"publication": account.publication, "number_key": account.number_key}
    return list(StagedRow.objects.filter(file=file, several=True, **number))


def _differences(file: CirculationImport, change: StagedChange) -> Iterator[str]:
    account, row = change.account, change.row
    if account.absent_since:
        yield "back in the file"
    if row:
        yield from _differing(account, row, of=PrintAccount)
    lines = list(account.lines.order_by("pk"))
    rows = [row] if row and not row.several else _several(file, account)
    if len(lines) == len(rows) == 1:
        yield from _differing(lines[0], rows[0], of=PrintLine)
    else:
        yield f"lines: {_statuses(lines)} → {_statuses(rows)}"


def _differing(before: Any, after: StagedRow, *, of: type[Any]) -> Iterator[str]:
    staged = {field.name for field in StagedRow._meta.concrete_fields} - {"id", "digest"}
    for field in of._meta.concrete_fields:
        was, will = getattr(before, field.name, None), getattr(after, field.name, None)
        if field.name in staged and was != will:
            yield f"{field.verbose_name}: {was or NOTHING} → {will or NOTHING}"


def _statuses(lines: Sequence[Any]) -> str:
    return ", ".join(sorted(line.status for line in lines)) or NOTHING
