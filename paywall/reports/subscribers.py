"""The subscriptions as the figures look at them, in a fixed count of queries."""

from collections import defaultdict
from datetime import datetime

from django.db.models import F, Q, QuerySet

from paywall.catalog.models import Price
from paywall.catalog.terms import Interval
from paywall.reports.recurring import Bill, Life, Priced
from paywall.subscriptions.models import Invoice, Subscription, SubscriptionChange
from paywall.subscriptions.snapshot import Status

NEVER_PAID = (Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED)
WHOLE_PERIODS = ("subscription_create", "subscription_cycle")


def lives(*, since: datetime | None = None) -> list[Life]:
    """Return the lives of the subscriptions, of those that had ended before a moment none.

    Invoices at the full price say nothing that the price does not: they are not loaded.
    """
    rows = Subscription.objects.exclude(status__in=NEVER_PAID)
    if since:
        rows = rows.exclude(ended_at__lt=since)
    prices = {price.pk: price for price in Price.objects.select_related("package")}
    changes = _changes(rows)
    bills = _bills(rows)
    columns = (
        "pk", "price", "status", "started_at", "trial_ends_at", "ended_at", "unpaid_since",
        "cancel_reason", "cancel_feedback",
    )  # fmt: skip
    found = []
    for pk, price, status, started_at, trial_ends_at, *more in rows.values_list(*columns):
        ended_at, unpaid_since, why, feedback = more
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
            )
        )
    return found


def _priced(since: datetime, price: Price) -> Priced:
    interval = Interval(price.interval)
    return Priced(since, price.package.name, interval, price.amount, price.currency)


def _changes(rows: QuerySet[Subscription]) -> dict[int, list[tuple[datetime, int]]]:
    """Return the prices of those that were switched, each with when it was recorded."""
    switched = rows.filter(price_since__gt=F("started_at")).values("pk")
    changes = SubscriptionChange.objects.filter(subscription__in=switched, price__isnull=False)
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for pk, at, price in changes.order_by("at", "pk").values_list("subscription", "at", "price"):
        found[pk].append((at, price or 0))
    return dict(found)


def _bills(rows: QuerySet[Subscription]) -> dict[int, list[Bill]]:
    less = Q(amount_due__lt=F("subscription__price__amount"))
    switched = Q(subscription__price_since__gt=F("subscription__started_at"))
    invoices = Invoice.objects.filter(
        less | switched, subscription__in=rows.values("pk"), billing_reason__in=WHOLE_PERIODS
    ).exclude(status="void")
    found: defaultdict[int, list[Bill]] = defaultdict(list)
    columns = ("subscription", "made_at", "period_starts_at", "period_ends_at", "amount_due")
    for pk, *bill in invoices.order_by("made_at").values_list(*columns):
        found[pk].append(Bill(*bill))
    return dict(found)
