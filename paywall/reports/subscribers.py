"""The subscriptions as the figures look at them, in a fixed count of queries.

The database counts together what is alike at every moment that the figures are about. Looked at
one by one are only those whose price changed, or that closed before they ended: they are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from paywall.catalog.models import Price
from paywall.catalog.terms import Interval
from paywall.reports.recurring import Bill, Life, Priced, Reduced
from paywall.subscriptions.models import Invoice, Subscription, SubscriptionChange
from paywall.subscriptions.recording import WHOLE_PERIODS
from paywall.subscriptions.snapshot import Status

NEVER_PAID = (Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED)
SWITCHED = Q(price_since__gt=F("started_at"))
# An index has this very condition.
ONE_BY_ONE = SWITCHED | Q(status__in=[Status.UNPAID.value, Status.PAUSED.value])
BEGINS = Coalesce("trial_ends_at", "started_at")
FOR_SOME = ("price", "cancel_reason", "cancelled_by", "cancel_feedback", "from_", "until", "unpaid")


@dataclass(frozen=True, slots=True)
class Book:
    """The lives, and what of those that came together is billed less than the price."""

    lives: Sequence[Life]
    reduced: Sequence[Reduced]


def book(moments: Iterable[datetime]) -> Book:
    """Return the lives as they are at these moments; of those that had ended before all, none."""
    at = sorted(set(moments))
    rows = Subscription.objects.exclude(status__in=NEVER_PAID).exclude(ended_at__lt=at[0])
    prices = {price.pk: price for price in Price.objects.select_related("package")}
    twice = _billed_twice(at)
    one_by_one = ONE_BY_ONE | Q(pk__in=twice) if twice else ONE_BY_ONE
    alike = rows.exclude(one_by_one)
    return Book(
        [*_together(alike, prices, at), *each_life(rows.filter(one_by_one), prices)],
        _reduced(alike, prices, at),
    )


def _together(
    rows: QuerySet[Subscription], prices: Mapping[int, Price], at: Sequence[datetime]
) -> list[Life]:
    """Count what is alike: the same price and why, begun and ended between the same moments."""
    found = (
        rows.annotate(begins=BEGINS)
        .annotate(
            from_=_place("begins", at),
            until=_place("ended_at", at),
            unpaid=Case(When(ended_at__lte=F("begins"), then=Value(1)), default=Value(0)),
        )
        .values(*FOR_SOME)
        .annotate(number=Count("pk"), first=Min("begins"), last=Min("ended_at"))
        .order_by()
    )
    return [
        Life(
            each["first"],
            [_priced(each["first"], prices[each["price"]])],
            ended_at=each["last"],
            why=each["cancel_reason"],
            feedback=each["cancel_feedback"],
            by=each["cancelled_by"],
            number=each["number"],
        )
        for each in found
    ]


def _reduced(
    rows: QuerySet[Subscription], prices: Mapping[int, Price], at: Sequence[datetime]
) -> list[Reduced]:
    """Count the periods, of the lives that came together, that were billed less than the price."""
    begins = Coalesce("subscription__trial_ends_at", "subscription__started_at")
    ended = Coalesce("subscription__ended_at", "period_ends_at")
    found = (
        _reduced_bills(at)
        .filter(subscription__in=rows, made_at__gte=F("subscription__started_at"))
        .annotate(
            first=Greatest("period_starts_at", "made_at", begins),
            last=Least("period_ends_at", ended),
        )
        .annotate(from_=_place("first", at), until=_place("last", at))
        .values("subscription__price", "amount_due", "from_", "until")
        .annotate(number=Count("pk"), starts=Min("first"), ends=Min("last"))
        .order_by()
    )
    return [
        Reduced(
            each["number"],
            _priced(each["starts"], prices[each["subscription__price"]]),
            each["amount_due"],
            each["starts"],
            each["ends"],
        )
        for each in found
    ]


def _reduced_bills(at: Sequence[datetime]) -> QuerySet[Invoice]:
    """Keep the bills for less than the price whose period has one of these moments in it."""
    running = (Q(period_starts_at__lte=moment, period_ends_at__gt=moment) for moment in at)
    since = Q(period_ends_at__gt=at[0])  # by which they are found
    less = Q(below_price=True, amount_due__lt=F("subscription__price__amount"))
    return _whole_periods().filter(since, reduce(or_, running), less)


def _billed_twice(at: Sequence[datetime]) -> list[int]:
    """Return subscriptions two reduced bills of which are for the same days: the later counts."""
    bills = _reduced_bills(at)
    other = bills.filter(
        subscription=OuterRef("subscription"),
        pk__gt=OuterRef("pk"),
        period_starts_at__lt=OuterRef("period_ends_at"),
        period_ends_at__gt=OuterRef("period_starts_at"),
    )
    return list(bills.filter(Exists(other)).values_list("subscription", flat=True))


def _place(name: str, moments: Sequence[datetime]) -> Case:
    """Say where a moment falls among these: between two of them, or at one; -1: it is empty."""
    whens = [When(**{f"{name}__isnull": True}, then=Value(-1))]
    for number, moment in enumerate(moments):
        whens += [
            When(**{f"{name}__lt": moment}, then=Value(2 * number)),
            When(**{name: moment}, then=Value(2 * number + 1)),
        ]
    return Case(*whens, default=Value(2 * len(moments)), output_field=IntegerField())


def each_life(rows: QuerySet[Subscription], prices: Mapping[int, Price]) -> list[Life]:
    """Return subscriptions one by one, with every price and every reduced bill they had."""
    changes, bills = _changes(rows), _bills(rows)
    columns = (
        "pk", "price", "status", "started_at", "trial_ends_at", "ended_at", "unpaid_since",
        "cancel_reason", "cancel_feedback", "cancelled_by",
    )  # fmt: skip
    found = []
    for pk, price, status, started_at, trial_ends_at, *more in rows.values_list(*columns):
        ended_at, unpaid_since, why, feedback, by = more
        if status == Status.UNPAID:
            ended_at, why = unpaid_since, why or "payment_failed"
        elif status == Status.PAUSED:
            ended_at = trial_ends_at
        had = [(started_at, changes[pk][0][1]), *changes[pk][1:]] if pk in changes else []
        found.append(
            Life(
                started_at,
                [_priced(at, prices[had_price]) for at, had_price in had]
                or [_priced(started_at, prices[price])],
                bills.get(pk, ()),
                trial_ends_at,
                ended_at,
                why,
                feedback,
                by,
            )
        )
    return found


def _priced(since: datetime, price: Price) -> Priced:
    interval = Interval(price.interval)
    return Priced(since, price.package.name, interval, price.amount, price.currency)


def _changes(rows: QuerySet[Subscription]) -> dict[int, list[tuple[datetime, int]]]:
    """Return the prices of those that were switched, each with when it was recorded."""
    switched = rows.filter(SWITCHED).values("pk")
    changes = SubscriptionChange.objects.filter(subscription__in=switched, price__isnull=False)
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for pk, at, price in changes.order_by("at", "pk").values_list("subscription", "at", "price"):
        found[pk].append((at, price or 0))
    return dict(found)


def _bills(rows: QuerySet[Subscription]) -> dict[int, list[Bill]]:
    """Return the bills that may be for less than the price of their time."""
    # What was asked before the last switch may be less than another price than the last.
    before = Q(made_at__lt=F("subscription__price_since"))
    invoices = _whole_periods().filter(
        Q(below_price=True) | before, subscription__in=rows.values("pk")
    )
    found: defaultdict[int, list[Bill]] = defaultdict(list)
    columns = ("subscription", "made_at", "period_starts_at", "period_ends_at", "amount_due")
    for pk, *bill in invoices.order_by("made_at", "pk").values_list(*columns):
        found[pk].append(Bill(*bill))
    return dict(found)


def _whole_periods() -> QuerySet[Invoice]:
    invoices: Any = Invoice.objects.filter(billing_reason__in=WHOLE_PERIODS)
    return invoices.exclude(status="void")  # type: ignore[no-any-return]
