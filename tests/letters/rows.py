"""Rows as letters are decided from them, in as few words as tests need."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from paywall.catalog.terms import Interval, Terms
from paywall.letters.due import Calendar
from paywall.letters.facts import InvoiceRow, PassRow, Sold, SubscriptionRow
from paywall.subscriptions.snapshot import Status

ZONE = ZoneInfo("America/New_York")
CALENDAR = Calendar(renewal_notice=timedelta(days=30), ending_notice=timedelta(days=7), zone=ZONE)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)

MONTH = Sold("month", "Everything", Terms(Interval.MONTH, 1200, "EUR"))
YEAR = Sold("year", "Everything", Terms(Interval.YEAR, 12000, "EUR"))
SPORT = Sold("sport", "Sport", Terms(Interval.MONTH, 500, "EUR"), ("Sport",))
A_DAY = Sold("day", "A day", Terms(Interval.ONCE, 300, "EUR", opens_for_days=1))


def subscription(**changes: Any) -> SubscriptionRow:
    """A monthly one that has run for two years, nothing the matter."""
    began = NOW - 730 * DAY
    row = SubscriptionRow(
        stripe_id="sub_1",
        status=Status.ACTIVE,
        reason="paid",
        sold=MONTH,
        started_at=began,
        period_starts_at=NOW - 10 * DAY,
        period_ends_at=NOW + 20 * DAY,
        price_since=began,
        known_since=began,
        card_brand="visa",
        card_last4="4242",
        card_ends_date=date(2040, 1, 1),
    )
    return replace(row, **changes)


def beginner(**changes: Any) -> SubscriptionRow:
    """A monthly one that began a moment ago."""
    times = {"started_at": NOW, "period_starts_at": NOW, "period_ends_at": NOW + 30 * DAY}
    return subscription(**{**times, "price_since": NOW, "known_since": NOW, **changes})


def invoice(**changes: Any) -> InvoiceRow:
    """A paid one of a renewal long ago."""
    made = NOW - 40 * DAY
    row = InvoiceRow(
        stripe_id="in_1",
        subscription_id="sub_1",
        status="paid",
        billing_reason="subscription_cycle",
        currency="EUR",
        amount_due=1200,
        amount_paid=1200,
        amount_refunded=0,
        attempts=1,
        next_attempt_at=None,
        period_starts_at=made,
        period_ends_at=made + 30 * DAY,
        made_at=made,
        paid_at=made,
        refunded_at=None,
        page="https://pay.example/in_1",
        receipt="https://pay.example/receipt_1",
    )
    return replace(row, **changes)


def first_invoice(**changes: Any) -> InvoiceRow:
    return invoice(**{"billing_reason": "subscription_create", **changes})


def unpaid(made_at: datetime, **changes: Any) -> InvoiceRow:
    """An open one whose payment failed."""
    fields = {"status": "open", "amount_paid": 0, "paid_at": None, "receipt": ""}
    return invoice(**{**fields, "made_at": made_at, **changes})


def a_pass(**changes: Any) -> PassRow:
    """A day's pass, paid a moment ago."""
    row = PassRow(
        stripe_id="cs_1",
        sold=A_DAY,
        currency="EUR",
        amount_paid=300,
        amount_refunded=0,
        paid_at=NOW,
        ends_at=NOW + DAY,
        refunded_at=None,
        disputed_at=None,
        receipt="https://pay.example/receipt_2",
    )
    return replace(row, **changes)
