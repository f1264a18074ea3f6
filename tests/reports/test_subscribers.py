"""Subscriptions counted together say what they say one by one, and so do prepared figures."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command

from paywall import clock
from paywall.catalog.models import Price
from paywall.insights import counting
from paywall.reports import board, recurring, subscribers
from paywall.reports.board import Board
from paywall.reports.spans import Choice, last_months, span_of, whole
from paywall.subscriptions.models import Invoice, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    """Make 150 subscriptions of two years, some of them odd."""
    call_command("seed_scale", readers=1200, stories=20, verbosity=0)
    at = clock.now()
    rows = list(Subscription.objects.order_by("pk"))
    for number, row in enumerate(rows[:40]):
        match number % 8:
            case 0:
                row.trial_ends_at = row.started_at + timedelta(days=14)
            case 1:
                row.status, row.unpaid_since = "unpaid", at - timedelta(days=number)
                row.ended_at = None
            case 2:
                row.status, row.trial_ends_at = "paused", at - timedelta(days=30 + number)
                row.ended_at = None
            case 3:  # ended on trial
                row.trial_ends_at = row.ended_at = row.started_at + timedelta(days=14)
            case 4:
                row.status = "incomplete_expired"
        row.save()
    bill = Invoice.objects.filter(below_price=True, subscription__status="active").latest("made_at")
    bill.pk, bill.stripe_id, bill.amount_due = None, "in_twice", 50  # the same days, less again
    bill.save()
    return at


def moments_until(now: datetime) -> list[datetime]:
    months = [whole(month) for month in last_months(counting.day_of(now), 13)]
    begins = Subscription.objects.order_by("started_at").values_list("started_at", flat=True)
    # The very moments at which some begin and end, too.
    return [*(span.starts_at(ZoneInfo(settings.TIME_ZONE)) for span in months), *begins[60:63], now]


def test_what_is_counted_together_is_what_each_says(now: datetime) -> None:
    moments = sorted(moments_until(now))
    together = subscribers.book(moments)
    prices = {price.pk: price for price in Price.objects.select_related("package")}
    rows = Subscription.objects.exclude(status__in=subscribers.NEVER_PAID)
    each = subscribers.each_life(rows, prices)
    assert len(together.lives) < len(each)
    assert sum(one.number for one in together.reduced) > 20
    for at in moments:
        kwargs = {"reduced": together.reduced}
        assert recurring.recurring(together.lives, at, **kwargs) == recurring.recurring(each, at)
        assert recurring.by_package(together.lives, at, **kwargs) == recurring.by_package(each, at)
    for since, until in pairwise(moments):
        moved = recurring.movements(each, since, until)
        assert recurring.movements(together.lives, since, until) == moved
        assert recurring.feedback(together.lives, since, until) == recurring.feedback(
            each, since, until
        )


def test_prepared_months_are_taken_and_say_the_same_until_they_are_old(now: datetime) -> None:
    span = span_of(Choice.DAYS, counting.day_of(now))
    fresh = Board(span, now, fresh=True)
    assert board.prepare(now=now) == 12
    later = Board(span, now)
    assert later.by_month == fresh.by_month
    assert set(later.takings) == {span, span.before(), whole(later.months[-1])}
    assert later.printed == fresh.printed
    assert later.printed.all.activated > 20
    assert not Board(span, now + timedelta(hours=4)).prepared.months
