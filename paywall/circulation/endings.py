"""How many activations a staged file would end, before anything is in force."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from paywall.circulation.claims import Activation
from paywall.circulation.following import line_of
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintLine,
    StagedChange,
    StagedRow,
)
from paywall.circulation.policy import policy_in_force
from paywall.circulation.rights import Line, Policy, right_of
from paywall.circulation.states import LineStatus

BATCH = 500  # accounts; SQLite takes no more than 999 in one question of old


def endings_of(
    file: CirculationImport, publications: Collection[str], *, now: datetime
) -> tuple[int, int]:
    """Return how many open activations of these publications would end, and of how many."""
    policy = policy_in_force()
    ending = total = 0
    for accounts in _activated(publications, now):
        total += sum(accounts.values())
        closing = _closing(file, list(accounts), policy)
        ending += sum(accounts[key] for key in closing)
    return ending, total


def _activated(publications: Collection[str], now: datetime) -> Iterator[Counter[int]]:
    """Yield the accounts that open stories to somebody, and to how many, in batches."""
    entitled = Q(entitlement__ends_at=None) | Q(entitlement__ends_at__gt=now)
    open_now = Activation.objects.filter(
        entitled,
        state=Activation.State.ACTIVE,
        entitlement__isnull=False,
        account__publication__in=publications,
    ).order_by("account_id")
    last = 0
    while found := list(
        open_now.filter(account_id__gt=last).values_list("account_id", flat=True)[:BATCH]
    ):
        last = found[-1]
        yield Counter(
            open_now.filter(account_id__gte=found[0], account_id__lte=last).values_list(
                "account_id", flat=True
            )
        )


def _closing(file: CirculationImport, keys: list[int], policy: Policy) -> list[int]:
    accounts = {account.pk: account for account in PrintAccount.objects.filter(pk__in=keys)}
    lines = defaultdict(list)
    for line in PrintLine.objects.filter(account__in=keys):
        lines[line.account_id].append(line_of(line))
    changes = StagedChange.objects.filter(file=file, account__in=keys).select_related("row")
    kinds = {change.account_id: change.kind for change in changes}
    staged = _staged_rows(file, [change.row for change in changes if change.row])
    closing = []
    for key, account in accounts.items():
        kind, absent_since, has = kinds.get(key), account.absent_since, lines[key]
        if kind == StagedChange.Kind.ABSENT:
            absent_since = file.as_of
        elif kind == StagedChange.Kind.CHANGED:
            absent_since = None
            rows = staged[account.publication, account.number_key]
            has = [_line_to_be(row, has, file.as_of) for row in rows]
        right = right_of(has, absent_since=absent_since, as_of=file.as_of, policy=policy)
        if not right.opens:
            closing.append(account)
    moved = _moved(file, closing, policy)
    return [account.pk for account in closing if account.pk not in moved]


def _staged_rows(
    file: CirculationImport, best: Iterable[StagedRow]
) -> dict[tuple[str, str], list[StagedRow]]:
    """Return the rows of the accounts that these are the best rows of."""
    keys, found = defaultdict(list), defaultdict(list)
    for row in best:
        if row.several:
            keys[row.publication].append(row.number_key)
        else:
            found[row.publication, row.number_key].append(row)
    for publication, numbers in keys.items():
        for row in StagedRow.objects.filter(
            file=file, publication=publication, several=True, number_key__in=numbers
        ):
            found[row.publication, row.number_key].append(row)
    return found


def _line_to_be(row: StagedRow, lines: Iterable[Line], as_of: datetime) -> Line:
    """Return the line that a staged row would become; swapping does the same in the database."""
    before = [
        line.status_since
        for line in lines
        if (line.product, line.rate_code) == (row.product, row.rate_code)
        and _family(line.status) == _family(row.status)
    ]
    since = min((one for one in before if one), default=None) if before else as_of
    return Line(row.product, row.rate_code, row.status, since, row.paid_through)


def _family(status: str) -> str:
    return LineStatus.STOPPED if status == LineStatus.NONPAY else status


def _moved(file: CirculationImport, closing: list[PrintAccount], policy: Policy) -> set[int]:
    """Return those that go on under another number, to which their activations go over."""
    moved = set()
    for account in closing:
        rows = StagedRow.objects.filter(
            file=file, publication=account.publication, former_number_key=account.number_key
        )
        has = [_line_to_be(row, [], file.as_of) for row in rows]
        has += _lines_that_stay(file, account)
        if right_of(has, absent_since=None, as_of=file.as_of, policy=policy).opens:
            moved.add(account.pk)
    return moved


def _lines_that_stay(file: CirculationImport, former: PrintAccount) -> list[Line]:
    """Return the lines of the accounts that came after this one and that the file leaves alone."""
    after = PrintAccount.objects.filter(
        publication=former.publication, former_number_key=former.number_key, absent_since=None
    ).exclude(pk__in=StagedChange.objects.filter(file=file).values("account"))
    return [line_of(line) for line in PrintLine.objects.filter(account__in=after)]
