"""Print subscribers: how many there are, and how many have turned on their digital access."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from paywall.circulation.claims import Activation
from paywall.circulation.models import PrintAccount, PrintLine
from paywall.circulation.states import LineStatus
from paywall.insights.models import PrintReaderDay
from paywall.reports.spans import Span

DELIVERED = (LineStatus.ACTIVE, LineStatus.HOLD)


@dataclass(frozen=True, slots=True)
class Share:
    """Print accounts of one kind, and how many of them have digital access turned on."""

    name: str
    accounts: int
    activated: int


@dataclass(frozen=True, slots=True)
class Printed:
    """All of them, by the days that the paper comes, and by postal code, the most first."""

    all: Share
    by_days: Sequence[Share]
    by_code: Sequence[Share]


def printed() -> Printed:
    """Count the accounts that get the paper now, those on hold included."""
    delivered = PrintLine.objects.filter(status__in=DELIVERED)
    active = Exists(Activation.objects.active().filter(account=OuterRef("pk")))
    accounts = PrintAccount.objects.filter(
        Exists(delivered.filter(account=OuterRef("pk"))), absent_since=None
    )
    by_code = _shares(accounts.values_list("postal_code"), active)
    # Of an account's lines that come on the same days the first one is counted.
    same = delivered.filter(
        account=OuterRef("account"), delivery_days=OuterRef("delivery_days"), pk__lt=OuterRef("pk")
    )
    first = delivered.filter(~Exists(same), account__absent_since=None)
    active = Exists(Activation.objects.active().filter(account=OuterRef("account")))
    everybody = Share(
        "All",
        sum(share.accounts for share in by_code),
        sum(share.activated for share in by_code),
    )
    return Printed(everybody, _shares(first.values_list("delivery_days"), active), by_code)


def _shares(rows: QuerySet[Any, Any], active: Exists) -> list[Share]:
    """Count rows by their one column, the most first; `active`: which of them are turned on."""
    counted = rows.annotate(accounts=Count("pk"), activated=Count("pk", filter=active)).order_by()
    shares = [Share(name, accounts, activated) for name, accounts, activated in counted]
    return sorted(shares, key=lambda share: (-share.accounts, share.name))


def reading_days(span: Span) -> Iterator[tuple[date, str, str, str]]:
    """Yield what auditors ask for: day, publication, account number, and the reader's own id.

    Numbers and ids that were erased are empty.
    """
    rows = PrintReaderDay.objects.filter(day__gte=span.first, day__lte=span.last)
    columns = ("day", "publication", "account__number", "reader__public_id")
    for day, publication, number, reader in rows.order_by("day", "pk").values_list(
        *columns
    ).iterator():  # fmt: skip
        yield day, publication, number or "", str(reader or "")
