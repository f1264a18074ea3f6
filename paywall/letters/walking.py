"""Walking through the customers to whom a letter may be due by now.

Two passes, each in the order of an index and in batches, so that memory stays the same however
many there are: over the running subscriptions with something near, and over what was recorded
lately, for whoever recorded it may have crashed before the letter was written.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from paywall.catalog.terms import Interval
from paywall.letters.due import CARD_NOTICE, NEWS
from paywall.letters.gathering import facts_of
from paywall.letters.writing import due_by, write_due
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status

logger = logging.getLogger(__name__)

BATCH = 500  # customers looked at together
LOOK_BACK = timedelta(days=2)  # longer than whoever writes letters is ever away

Rows: TypeAlias = QuerySet[Any]


def write_all_due(*, now: datetime) -> int:
    """Write every letter that is due to anybody and return how many. A second run writes none."""
    return sum(_write(batch, now) for rows in _to_look_at(now) for batch in _batches(rows))


def _write(customer_ids: list[int], now: datetime) -> int:
    facts = facts_of(customer_ids, now=now)
    chosen = [pk for pk, theirs in facts.items() if due_by(theirs, now=now)]
    return sum(_write_to(customer, now) for customer in Customer.objects.filter(pk__in=chosen))


def _write_to(customer: Customer, now: datetime) -> int:
    """Write one customer's letters; one that cannot be written keeps nobody else's back."""
    try:
        return write_due(customer, now=now)
    except Exception as error:  # what it says may name the reader, which is for no log
        logger.error("No letter was written to customer %d: %r", customer.pk, type(error))
        return 0


def _to_look_at(now: datetime) -> Iterator[Rows]:
    yield Subscription.objects.running().filter(_something_near(now))
    recently = Q(recorded_at__gte=now - LOOK_BACK)
    yield Subscription.objects.filter(recently)
    yield Invoice.objects.filter(recently)
    yield Purchase.objects.filter(recently)


def _something_near(now: datetime) -> Q:
    """Keep more than has a letter due, and never less (see due.py)."""
    renewal = now + timedelta(days=settings.RENEWAL_NOTICE_DAYS)
    ending = now + timedelta(days=settings.ENDING_NOTICE_DAYS)
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    ends_soon = Q(period_ends_at__gt=now, period_ends_at__lte=ending)
    return (
        Q(status__in=[Status.PAST_DUE, Status.UNPAID])
        | Q(price__interval=Interval.YEAR, period_ends_at__gt=now, period_ends_at__lte=renewal)
        | Q(status=Status.TRIALING, trial_ends_at__gt=now, trial_ends_at__lte=ending)
        | Q(discount_ends_at__gt=now, discount_ends_at__lte=ending)
        | (ends_soon & Q(discount_ends_at__isnull=False))
        | (ends_soon & Q(period_starts_at=F("started_at")))
        | Q(card_ends_date__gt=today - NEWS, card_ends_date__lte=today + CARD_NOTICE)
    )


def _batches(rows: Rows) -> Iterator[list[int]]:
    """Go through the customers of some rows in the order of their keys, each once."""
    last = 0
    while True:
        ids = rows.filter(customer__gt=last).order_by("customer").values_list("customer", flat=True)
        batch = list(ids.distinct()[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1]
