"""Money that came in and went back, owed and won back: from our invoices and passes.

Amounts are in the currency's smallest unit, and by currency.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    Min,
    OuterRef,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Concat

from paywall.catalog.models import Price
from paywall.letters.due import FAILED_LETTER_DAYS
from paywall.letters.models import Letter
from paywall.reports.spans import Span
from paywall.subscriptions.models import Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import TO_BE_PAID

SOON = timedelta(days=30)
_INVOICES: QuerySet[Any] = Invoice.objects.all()
_PASSES: QuerySet[Any] = Purchase.objects.all()


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


def takings(spans: Collection[Span], zone: ZoneInfo) -> dict[Span, Taken]:
    """Return what was paid and refunded in each span: subscriptions and passes, taxes included.

    All are asked for at once: added up are the days between two ends of spans.
    """
    lasting = {span: (span.starts_at(zone), span.ends_at(zone)) for span in spans}
    ends = sorted({at for both in lasting.values() for at in both})
    found = {span: Taken(Counter(), Counter()) for span in spans}
    paid, refunded = _paid_between(ends), list(_refunded(since=ends[0]))
    for span, (starts_at, ends_at) in lasting.items():
        for at, currency, number in paid:
            if starts_at <= at < ends_at:
                found[span].paid[currency] += number
        for at, currency, number in refunded:
            if starts_at <= at < ends_at:
                found[span].refunded[currency] += number
    return {span: Taken(+taken.paid, taken.refunded) for span, taken in found.items()}


def _paid_between(ends: Sequence[datetime]) -> list[tuple[datetime, str, int]]:
    """Add up what was paid between each two moments: a range of an index each, in one query."""
    some = [
        rows.filter(paid_at__gte=since, paid_at__lt=until)
        .values_list(Value(since, output_field=DateTimeField()), "currency")
        .annotate(total=Sum(amount))
        .order_by()
        for rows, amount in ((_INVOICES, "amount_paid"), (_PASSES, "amount"))
        for since, until in pairwise(ends)
    ]
    return list(some[0].union(*some[1:], all=True))


def _refunded(*, since: datetime) -> Iterator[tuple[datetime, str, int]]:
    """Yield each refund. What was given back before a moment was last given back before it, too."""
    columns = ("currency", "refunds", "refunded_at", "amount_refunded")
    invoices, passes = (
        rows.filter(refunded_at__gte=since, amount_refunded__gt=0).values_list(*columns)
        for rows in (_INVOICES, _PASSES)
    )
    for currency, refunds, last_at, whole in invoices.union(passes, all=True):
        for at, each in refunds or [[last_at.isoformat(), whole]]:
            yield datetime.fromisoformat(at), currency, each


def owed(span: Span, zone: ZoneInfo) -> Owed:
    """Return what is past due now, and what was paid on these days after a letter asked for it."""
    waiting = Invoice.objects.filter(status="open", subscription__status__in=TO_BE_PAID)
    # The keys are written out, so that the index on them finds each.
    keys = [Concat(Value("failed:"), OuterRef("stripe_id"), Value(f":{day}"))
            for day in FAILED_LETTER_DAYS]  # fmt: skip
    asked = Letter.objects.filter(key__in=keys, written_at__lt=OuterRef("paid_at"))
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
    ending = (
        Subscription.objects.filter(
            status=Status.ACTIVE,
            cancels_at=None,
            discount_ends_at__gt=now,
            discount_ends_at__lte=now + SOON,
            price__intro_amount__isnull=False,
        )
        .values_list("price")
        .annotate(number=Count("pk"), first=Min("discount_ends_at"))
        .order_by("first")
    )
    found = list(ending)
    prices = Price.objects.select_related("package").in_bulk([price for price, _, _ in found])
    return [Ending(prices[price], number, first) for price, number, first in found]


def _by_currency(rows: object, amount: object) -> dict[str, tuple[int, int]]:
    summed = rows.values_list("currency").annotate(Count("pk"), total=Sum(amount)).order_by()  # type: ignore[attr-defined]
    return {currency: (number, total) for currency, number, total in summed}
