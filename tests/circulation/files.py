"""Writing circulation files and taking them in, in as few words as a test needs."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paywall.circulation import importing
from paywall.circulation.claims import Activation
from paywall.circulation.following import follow
from paywall.circulation.importing import Answer
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    StagedChange,
    StagedRow,
)
from paywall.circulation.profiles import REQUIRED
from paywall.entitlements.models import Entitlement
from tests.making import make_reader

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

Line = Mapping[str, str]


def a_line(number: str | int, **fields: str) -> dict[str, str]:
    """Return a row of an active account; `fields` say what differs."""
    return {
        "account_number": str(number),
        "first_name": "Ada",
        "last_name": f"Reader{number}",
        "street": "1 Quay Street",
        "city": "Brackwater",
        "postal_code": "10001",
        "phone": "(555) 010-1234",
        "email": f"print{number}@example.com",
        "delivery_days": "MTWRFSU",
        "status": "active",
        "paid_through": "2026-12-31",
        **fields,
    }


def lines(count: int, **fields: str) -> list[dict[str, str]]:
    return [a_line(1000 + number, **fields) for number in range(count)]


def text_of(rows: Iterable[Line]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys([*REQUIRED, *(name for row in rows for name in row)]))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def write(path: Path, rows: Iterable[Line] | str | bytes, *, at: datetime = MONDAY) -> Path:
    """Write a file that says it was made at a moment."""
    if not isinstance(rows, str | bytes):
        rows = text_of(rows)
    path.write_bytes(rows.encode() if isinstance(rows, str) else rows)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def take(
    folder: Path,
    rows: Iterable[Line] | str | bytes,
    *,
    at: datetime = MONDAY,
    profile: str = "standard",
    name: str = "circulation.csv",
) -> CirculationImport:
    """Take in a file of these rows, made and fetched at a moment; return what became of it."""
    return answer(folder, rows, at=at, profile=profile, name=name).file


def answer(
    folder: Path,
    rows: Iterable[Line] | str | bytes,
    *,
    at: datetime = MONDAY,
    profile: str = "standard",
    name: str = "circulation.csv",
    dry_run: bool = False,
) -> Answer:
    path = write(folder / name, rows, at=at)
    return importing.take(str(path), profile=profile, now=at, dry_run=dry_run)


def counts(file: CirculationImport) -> tuple[str, int, int, int, int, int, int]:
    """Return the state, then rows, new, changed, unchanged, rejected, absent."""
    numbers = (file.rows, file.new, file.changed, file.unchanged, file.rejected, file.absent)
    return (file.state, *numbers)


def activate(number: str | int, *, at: datetime = MONDAY) -> Activation:
    """Have a new reader activate an account that a file brought."""
    account = PrintAccount.objects.get(number_key=str(number))
    activation = Activation.objects.create(
        account=account, reader=make_reader(), proof="number", claimed_at=at
    )
    follow([account.pk], as_of=at, now=at)
    return activation


def is_open(activation: Activation, at: datetime) -> bool:
    found = Entitlement.objects.in_force(at).filter(reader=activation.reader_id)
    return found.exists()


def nothing_staged() -> bool:
    return not StagedRow.objects.exists() and not StagedChange.objects.exists()


def everything() -> list[tuple[object, ...]]:
    """Return all that is kept of print accounts and their lines, without keys and moments."""
    return [
        (
            *(getattr(account, name) for name in ("publication", "number", "last_name", "street")),
            account.digest,
            account.absent_since is None,
            sorted(account.lines.values_list("product", "rate_code", "status", "paid_through")),
        )
        for account in PrintAccount.objects.order_by("publication", "number_key")
    ]
