"""Money that came in and went back, owed and won back: from our invoices and passes.

Amounts are in the currency's smallest unit, and by currency.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Sum, Value
from django.db.models.functions import Concat

from paywall.catalog.models import Price
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.reports.spans import Span
from paywall.subscriptions.models import Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import TO_BE_PAID

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was paid and given back, by currency."""

    paid: Counter[str]
    refunded: Counter[str]

    @property
    def currencies(self) -> list[str]:
        return sorted({*self.paid, *self.refunded})

    def net(self, currency: str) -> int:
        return self.paid[currency] - self.refunded[currency]


@dataclass(frozen=True, slots=True)
class Owed:
    """Open invoices of subscriptions that go on, and those that a letter was won back by."""

    invoices: int
    open: Counter[str]
    recovered_invoices: int
    recovered: Counter[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """Introductory prices of one price that end soon."""

    price: Price
    number: int
    first_ends_at: datetime


def taken(span: Span, zone: ZoneInfo) -> Taken:
    """Return what was paid and refunded on these days: subscriptions and passes, taxes included."""
    starts_at, ends_at = span.starts_at(zone), span.ends_at(zone)
    paid: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    for rows, amount in ((Invoice.objects, "amount_paid"), (Purchase.objects, "amount")):
        in_span = rows.filter(paid_at__gte=starts_at, paid_at__lt=ends_at)
        paid.update(dict(in_span.values_list("currency").annotate(Sum(amount)).order_by()))
        # What was given back before the span's first day was last given back before it, too.
        given_back = rows.filter(refunded_at__gte=starts_at, amount_refunded__gt=0)
        columns = ("currency", "refunds", "refunded_at", "amount_refunded")
        for currency, refunds, last_at, whole in given_back.values_list(*columns):
            for at, each in refunds or [[last_at.isoformat(), whole]]:
                if starts_at <= datetime.fromisoformat(at) < ends_at:
                    refunded[currency] += each
    return Taken(+paid, refunded)


def owed(span: Span, zone: ZoneInfo) -> Owed:
    """Return what is past due now, and what was paid on these days after a letter asked for it."""
    waiting = Invoice.objects.filter(status="open", subscription__status__in=TO_BE_PAID)
    asked = Letter.objects.filter(
        kind=Kind.PAYMENT_FAILED.value,
        key__startswith=Concat(Value("failed:"), OuterRef("stripe_id"), Value(":")),
        written_at__lt=OuterRef("paid_at"),
    )
    won_back = Invoice.objects.filter(
        Exists(asked),
        attempts__gt=0,
        status="paid",
        paid_at__gte=span.starts_at(zone),
        paid_at__lt=span.ends_at(zone),
    )
    open_now = _by_currency(waiting, F("amount_due") - F("amount_paid"))
    recovered = _by_currency(won_back, F("amount_paid"))
    return Owed(
        sum(number for number, _ in open_now.values()),
        Counter({currency: amount for currency, (_, amount) in open_now.items()}),
        sum(number for number, _ in recovered.values()),
        Counter({currency: amount for currency, (_, amount) in recovered.items()}),
    )


def ending_soon(now: datetime) -> list[Ending]:
    """Return the introductory prices that end within 30 days, of subscriptions that go on."""
    rows = (
        Subscription.objects.filter(
            status=Status.ACTIVE,
            cancels_at=None,
            discount_ends_at__gt=now,
            discount_ends_at__lte=now + SOON,
            price__intro_amount__isnull=False,
        )
        .order_by("discount_ends_at")
        .select_related("price__package")
    )
    found: dict[int, list[Subscription]] = {}
    for row in rows:
        found.setdefault(row.price_id, []).append(row)
    return [
        Ending(rows[0].price, len(rows), rows[0].discount_ends_at or now) for rows in found.values()
    ]


def _by_currency(rows: object, amount: object) -> dict[str, tuple[int, int]]:
    summed = rows.values_list("currency").annotate(Count("pk"), total=Sum(amount)).order_by()  # type: ignore[attr-defined]
    return {currency: (number, total) for currency, number, total in summed}
