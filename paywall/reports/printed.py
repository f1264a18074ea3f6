"""Print subscribers: how many there are, and how many have turned on their digital access."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from paywall.circulation.claims import Activation
from paywall.circulation.models import PrintLine
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
    lines = PrintLine.objects.filter(status__in=DELIVERED, account__absent_since=None)
    active = Activation.objects.active().values("account")
    activated = lines.filter(account__in=active)
    everybody = Share(
        "All",
        lines.aggregate(number=Count("account", distinct=True))["number"],
        activated.aggregate(number=Count("account", distinct=True))["number"],
    )
    by = []
    for column in ("delivery_days", "account__postal_code"):
        of_all, of_them = (
            dict(rows.values_list(column).annotate(Count("account", distinct=True)).order_by())
            for rows in (lines, activated)
        )
        names = sorted(of_all, key=lambda name: (-of_all[name], name))
        by.append([Share(name, of_all[name], of_them.get(name, 0)) for name in names])
    return Printed(everybody, *by)


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
