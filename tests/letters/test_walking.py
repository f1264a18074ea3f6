"""The walk finds whoever has a letter due, in constant memory, with few queries."""

import gc
import tracemalloc
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Reader
from paywall.catalog.models import Price
from paywall.catalog.terms import Interval, Terms
from paywall.letters import gathering, walking, writing
from paywall.letters.models import Letter
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)
from tests.catalog.packages import MONTHLY, WEEK_PASS, YEARLY, make_price
from tests.letters.rows import DAY, NOW

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - 400 * DAY


def make_many(count: int, of: Price, **fields: Any) -> list[Subscription]:
    """Make readers with a subscription each, on which nothing is near."""
    first = Reader.objects.count()
    readers = Reader.objects.bulk_create(
        Reader(email=f"many{first + number}@example.com", password="") for number in range(count)
    )
    customers = Customer.objects.bulk_create(
        Customer(reader=reader, stripe_id=f"cus_{reader.pk}", created_at=LONG_AGO)
        for reader in readers
    )
    made = Subscription.objects.bulk_create(
        Subscription(
            **{
                "customer": customer,
                "stripe_id": f"sub_{customer.pk}",
                "price": of,
                "status": "active",
                "started_at": LONG_AGO,
                "period_starts_at": NOW - 5 * DAY,
                "period_ends_at": NOW + 25 * DAY,
                "price_since": LONG_AGO,
                "recorded_at": NOW - 5 * DAY,
                "card_brand": "visa",
                "card_last4": "4242",
                "card_ends_date": date(2040, 1, 1),
                **fields,
            }
        )
        for customer in customers
    )
    SubscriptionChange.objects.bulk_create(
        SubscriptionChange(subscription=each, at=LONG_AGO, what="status") for each in made
    )
    return made


def make_invoice(subscription: Subscription, **fields: Any) -> Invoice:
    return Invoice.objects.create(
        customer=subscription.customer,
        subscription=subscription,
        stripe_id=f"in_{subscription.pk}",
        **{
            "status": "paid",
            "currency": "EUR",
            "amount_due": 1200,
            "amount_paid": 1200,
            "attempts": 1,
            "period_starts_at": NOW - 35 * DAY,
            "period_ends_at": NOW - 5 * DAY,
            "made_at": NOW - 35 * DAY,
            "recorded_at": NOW - 35 * DAY,
            **fields,
        },
    )


def test_every_letter_that_the_calendar_brings_is_found() -> None:
    """Whatever due.py says is due of what nobody recorded lately, the walk comes upon."""
    month = make_price(MONTHLY)
    intro = make_price(Terms(Interval.MONTH, 1200, "EUR"))
    make_many(3, month)
    near = NOW + 6 * DAY
    for fields in (
        {"price": make_price(YEARLY)},
        {"status": "trialing", "trial_ends_at": near, "period_ends_at": near},
        {"discount_ends_at": near, "period_ends_at": near},
        {"discount_ends_at": NOW + 2 * DAY, "period_ends_at": near},
        {"card_ends_date": date(2026, 12, 1)},
    ):
        make_many(1, month, **fields)
    (failing,) = make_many(1, month, status="past_due")
    make_invoice(failing, status="open", made_at=NOW - 4 * DAY, amount_paid=0)
    times = {"started_at": near - 30 * DAY, "period_starts_at": near - 30 * DAY}
    (beginner,) = make_many(1, intro, **times, price_since=near - 30 * DAY, period_ends_at=near)
    make_invoice(beginner, amount_due=100, billing_reason="subscription_create")
    assert walking.write_all_due(now=NOW) == 7
    assert sorted(Letter.objects.values_list("kind", flat=True)) == [
        "card_expiring",
        "offer_ending",
        "offer_ending",
        "offer_ending",
        "payment_failed",
        "renewal_coming",
        "trial_ending",
    ]
    assert walking.write_all_due(now=NOW) == 0


@pytest.mark.parametrize("late", [timedelta(hours=1), 2 * DAY])
def test_what_was_recorded_and_not_written_is_found(late: timedelta) -> None:
    month, now = make_price(MONTHLY), NOW + late
    make_many(1, month, status="canceled", ended_at=NOW, recorded_at=NOW)
    (refunded,) = make_many(1, month)
    make_invoice(refunded, amount_refunded=200, refunded_at=NOW, recorded_at=NOW)
    (other,) = make_many(1, month)
    Purchase.objects.create(
        customer=other.customer,
        price=make_price(WEEK_PASS),
        stripe_id="cs_1",
        currency="EUR",
        amount=400,
        ordered_at=NOW,
        paid_at=NOW,
        recorded_at=NOW,
    )
    assert walking.write_all_due(now=now) == 3
    assert set(Letter.objects.values_list("kind", flat=True)) == {"ended", "refunded", "pass"}


def test_one_that_cannot_be_written_keeps_no_other_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    month, write = make_price(MONTHLY), writing.write_due
    bad, _good = make_many(2, month, card_ends_date=date(2026, 12, 1))

    def write_due(customer: Customer, *, now: datetime) -> int:
        if customer.pk == bad.customer_id:
            raise ValueError("many0@example.com")
        return write(customer, now=now)

    monkeypatch.setattr(walking, "write_due", write_due)
    assert walking.write_all_due(now=NOW) == 1
    assert f"customer {bad.customer_id}" in caplog.text
    assert "@" not in caplog.text


def looked_at(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Walk in batches of fifty; return how many queries and how many bytes at most that took."""
    monkeypatch.setattr(walking, "BATCH", 50)
    with CaptureQueriesContext(connection) as queries:
        assert walking.write_all_due(now=NOW) == 0
    tracemalloc.start()
    walking.write_all_due(now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return len(queries), peak


def test_five_times_as_many_take_as_much_memory_and_nine_queries_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def facts_of(*batch: Any, **more: Any) -> Any:
        gc.collect()  # what lies about is no measure
        return gathering.facts_of(*batch, **more)

    monkeypatch.setattr(walking, "facts_of", facts_of)
    month = make_price(MONTHLY)
    make_many(100, month, status="past_due", unpaid_since=NOW - 30 * DAY)
    few, little = looked_at(monkeypatch)
    make_many(400, month, status="past_due", unpaid_since=NOW - 30 * DAY)
    many, much = looked_at(monkeypatch)
    assert (many - few) / (400 / 50) == 9
    assert much < 1.5 * little


def test_who_has_nothing_near_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    month = make_price(MONTHLY)
    before, _ = looked_at(monkeypatch)
    make_many(500, month)
    after, _ = looked_at(monkeypatch)
    assert after == before
