"""The subscriptions as the figures look at them, in a fixed count of queries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

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
    changes = _changes(rows.values("pk"))
    bills = _bills(rows.values("pk"))
    return [
        Life(
            started_at=row.started_at,
            prices=_prices(row, changes[row.pk], prices),
            bills=bills[row.pk],
            pays_from=row.trial_ends_at,
            ended_at=_stopped_at(row),
            why=row.cancel_reason or ("payment_failed" if row.status == Status.UNPAID else ""),
            feedback=row.cancel_feedback,
        )
        for row in rows.only(
            "price_id", "status", "started_at", "trial_ends_at", "ended_at", "unpaid_since",
            "cancel_reason", "cancel_feedback",
        )
    ]  # fmt: skip


def _stopped_at(row: Subscription) -> datetime | None:
    if row.status == Status.UNPAID:
        return row.unpaid_since
    if row.status == Status.PAUSED:
        return row.trial_ends_at
    return row.ended_at


def _prices(
    row: Subscription, changes: Sequence[tuple[datetime, int]], prices: dict[int, Price]
) -> list[Priced]:
    """Return the prices in their order; what was recorded first began with the subscription."""
    known = [(row.started_at, changes[0][1]), *changes[1:]] if changes else []
    return [_priced(at, prices[pk]) for at, pk in known or [(row.started_at, row.price_id)]]


def _priced(since: datetime, price: Price) -> Priced:
    interval = Interval(price.interval)
    return Priced(since, price.package.name, interval, price.amount, price.currency)


def _changes(subscriptions: QuerySet[Any]) -> defaultdict[int, list[tuple[datetime, int]]]:
    rows = SubscriptionChange.objects.filter(subscription__in=subscriptions, price__isnull=False)
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for pk, at, price in rows.order_by("at", "pk").values_list("subscription", "at", "price"):
        found[pk].append((at, price or 0))
    return found


def _bills(subscriptions: QuerySet[Any]) -> defaultdict[int, list[Bill]]:
    rows = Invoice.objects.filter(
        subscription__in=subscriptions,
        billing_reason__in=WHOLE_PERIODS,
        amount_due__lt=F("subscription__price__amount"),
    ).exclude(status="void")
    found: defaultdict[int, list[Bill]] = defaultdict(list)
    columns = ("subscription", "made_at", "period_starts_at", "period_ends_at", "amount_due")
    for pk, *bill in rows.order_by("made_at").values_list(*columns):
        found[pk].append(Bill(*bill))
    return found
