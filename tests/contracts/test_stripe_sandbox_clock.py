"""What the sandbox's clock brings about: renewals, failures, recoveries, ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.cards import decline
from tests.stripe_sandbox.clock import later, next_end
from tests.stripe_sandbox.making import GOOD, NEW_YEAR, WAYS, Shop, opened
from tests.stripe_sandbox.portal import change_card

FAILS_AT_RENEWAL = "4000000000000341"
LAST_OF_JANUARY = datetime(2026, 1, 31, 9, tzinfo=UTC)


@pytest.fixture(params=WAYS)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with opened(request.param) as made:
        yield made
        assert made.sandbox.mismatches == []


@pytest.fixture
def here() -> Iterator[Shop]:
    with opened("in process") as made:
        yield made
        assert made.sandbox.mismatches == []


def at(year: int, month: int, day: int, hour: int = 9) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def amounts(invoices: list[Any]) -> list[int]:
    return [invoice.amount_paid for invoice in invoices]


def ends(subscription: Any) -> int:
    return int(subscription["items"].data[0].current_period_end)


def item(subscription: Any) -> str:
    return str(subscription["items"].data[0].id)


@pytest.mark.parametrize(
    ("interval", "count", "expected"),
    [
        ("day", 2, at(2026, 2, 2)), ("week", 1, at(2026, 2, 7)), ("month", 1, at(2026, 2, 28)),
        ("month", 2, at(2026, 3, 31)), ("month", 11, at(2026, 12, 31)),
        ("year", 1, at(2027, 1, 31)),
    ],
)  # fmt: skip
def test_an_interval_keeps_to_the_day_it_began_on(interval: str, count: int, expected: int) -> None:
    assert later(int(LAST_OF_JANUARY.timestamp()), interval, count) == expected


def test_the_cycle_returns_to_its_day_after_a_short_month() -> None:
    anchor = int(LAST_OF_JANUARY.timestamp())
    assert next_end(anchor, at(2026, 2, 28), "month", 1) == at(2026, 3, 31)


def test_fourteen_months_of_a_subscription(shop: Shop) -> None:
    """Renewals, a failure that mends, a switch up, a switch down, and the last day."""
    subscription = shop.subscribe()
    method = shop.v1.customers.retrieve(subscription.customer).invoice_settings
    shop.sandbox.advance(datetime(2026, 4, 1, 11, tzinfo=UTC))
    assert amounts(shop.invoices(subscription)) == [1200, 1200, 1200, 1200]

    decline(shop.sandbox, method.default_payment_method)
    shop.sandbox.advance(datetime(2026, 5, 1, 11, tzinfo=UTC))
    behind = shop.subscription(subscription.id, "latest_invoice")
    assert (behind.status, ends(behind)) == ("past_due", at(2026, 6, 1))
    assert behind.latest_invoice.next_payment_attempt == at(2026, 5, 4, 10)
    assert (behind.latest_invoice.attempt_count, behind.latest_invoice.status) == (1, "open")
    decline(shop.sandbox, method.default_payment_method, None)
    shop.sandbox.advance(datetime(2026, 5, 4, 11, tzinfo=UTC))
    assert shop.subscription(subscription.id).status == "active"

    shop.sandbox.advance(datetime(2026, 6, 16, 9, tzinfo=UTC))
    shop.v1.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item(subscription), "price": shop.big_month}],
            "proration_behavior": "always_invoice",
        },
    )
    assert shop.invoices(subscription)[-1].amount_paid == 400  # half of 8.00

    schedule = shop.v1.subscription_schedules.create({"from_subscription": subscription.id})
    phase = schedule.phases[0]
    shop.v1.subscription_schedules.update(
        schedule.id,
        {
            "end_behavior": "release",
            "phases": [
                {
                    "items": [{"price": shop.big_month}],
                    "start_date": phase.start_date,
                    "end_date": phase.end_date,
                },
                {"items": [{"price": shop.month}]},
            ],
        },
    )
    shop.sandbox.advance(datetime(2026, 8, 2, tzinfo=UTC))
    assert amounts(shop.invoices(subscription))[-2:] == [1200, 1200]
    assert shop.v1.subscription_schedules.retrieve(schedule.id).status == "released"
    assert shop.subscription(subscription.id).schedule is None

    shop.sandbox.advance(datetime(2027, 1, 20, tzinfo=UTC))
    shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    ordered = shop.subscription(subscription.id)
    assert (ordered.status, ordered.cancel_at) == ("active", at(2027, 2, 1))
    shop.sandbox.advance(datetime(2027, 3, 1, tzinfo=UTC))
    ended = shop.subscription(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", at(2027, 2, 1))
    assert ended.cancellation_details.reason == "cancellation_requested"
    paid = amounts(shop.invoices(subscription))
    assert paid == [1200] * 6 + [400] + [1200] * 7


def test_a_renewal_is_told_of_in_order(here: Shop) -> None:
    here.subscribe()
    before = len(here.told())
    here.sandbox.advance(days=32)
    assert here.told()[before:] == [
        "invoice.upcoming", "invoice.created", "customer.subscription.updated",
        "invoice.finalized", "payment_intent.created", "charge.succeeded",
        "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid",
        "invoice.payment_succeeded",
    ]  # fmt: skip


def test_it_makes_no_difference_how_the_clock_is_moved(here: Shop) -> None:
    with opened("in process") as other:
        here.subscribe(number=FAILS_AT_RENEWAL)
        other.subscribe(number=FAILS_AT_RENEWAL)
        here.sandbox.advance(days=60)
        for _ in range(60 * 4):
            other.sandbox.advance(hours=6)
        times = [
            [(e["type"], e["created"]) for e in shop.sandbox.store.all("event")]
            for shop in (here, other)
        ]
        assert times[0] == times[1]


@pytest.mark.parametrize("final", ["canceled", "unpaid", "past_due"])
def test_dunning_ends_as_the_account_is_set(final: str) -> None:
    with opened("in process", when_retries_fail=final, retry_days=(3, 5)) as shop:
        subscription = shop.subscribe(number=FAILS_AT_RENEWAL)
        shop.sandbox.advance(datetime(2026, 2, 9, 9, tzinfo=UTC))
        assert shop.subscription(subscription.id).status == "past_due"
        shop.sandbox.advance(datetime(2026, 2, 9, 11, tzinfo=UTC))
        closed = shop.subscription(subscription.id, "latest_invoice")
        assert closed.status == final
        assert closed.latest_invoice.attempt_count == 3
        assert closed.latest_invoice.next_payment_attempt is None
        assert shop.told().count("invoice.payment_failed") == 3
        if final == "canceled":
            assert closed.cancellation_details.reason == "payment_failed"


def test_an_unpaid_subscription_draws_up_drafts_until_it_is_paid() -> None:
    with opened("in process", when_retries_fail="unpaid", retry_days=(1,)) as shop:
        subscription = shop.subscribe(number=FAILS_AT_RENEWAL)
        shop.sandbox.advance(days=63)
        invoices = shop.invoices(subscription)
        assert [invoice.status for invoice in invoices] == ["paid", "open", "draft"]
        method = shop.v1.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
        shop.v1.invoices.pay(invoices[2].id, {"payment_method": method.id})
        assert shop.subscription(subscription.id).status == "active"


def test_a_new_card_pays_what_is_owed(shop: Shop) -> None:
    subscription = shop.subscribe(number=FAILS_AT_RENEWAL)
    shop.sandbox.advance(days=32)
    owed = shop.subscription(subscription.id).latest_invoice
    with pytest.raises(stripe.CardError):
        shop.v1.invoices.pay(owed)
    portal = shop.v1.billing_portal.sessions.create({"customer": subscription.customer})
    change_card(shop.sandbox, portal.id, GOOD)
    assert shop.v1.invoices.pay(owed).status == "paid"
    assert shop.subscription(subscription.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        shop.v1.invoices.pay(owed)


def test_a_trial_warns_then_pays(shop: Shop) -> None:
    done = shop.pay(
        shop.checkout(subscription_data={"trial_period_days": 14}), email="reader@example.com"
    )
    assert (done["amount_total"], done["payment_status"]) == (0, "no_payment_required")
    subscription = shop.subscription(done["subscription"])
    assert (subscription.status, subscription.trial_end) == ("trialing", at(2026, 1, 15))
    shop.sandbox.advance(days=12)
    assert shop.told().count("customer.subscription.trial_will_end") == 1
    shop.sandbox.advance(days=3)
    subscription = shop.subscription(done["subscription"])
    assert (subscription.status, ends(subscription)) == ("active", at(2026, 2, 15))
    assert amounts(shop.invoices(subscription)) == [0, 1200]


def test_a_trial_that_fails_is_past_due(here: Shop) -> None:
    done = here.pay(
        here.checkout(subscription_data={"trial_period_days": 7}),
        FAILS_AT_RENEWAL,
        email="a@b.example",
    )
    here.sandbox.advance(days=8)
    assert here.subscription(done["subscription"]).status == "past_due"


@pytest.mark.parametrize(("behavior", "status"), [("pause", "paused"), ("cancel", "canceled")])
def test_a_trial_without_a_card(here: Shop, behavior: str, status: str) -> None:
    customer = here.v1.customers.create({"email": "reader@example.com"})
    subscription = here.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": here.month}],
            "trial_period_days": 7,
            "trial_settings": {"end_behavior": {"missing_payment_method": behavior}},
        }
    )
    here.sandbox.advance(days=8)
    assert here.subscription(subscription.id).status == status
    if status == "paused":
        method = here.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        here.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
        assert here.v1.subscriptions.resume(subscription.id).status == "active"
        assert "customer.subscription.resumed" in here.told()


def test_ending_a_trial_now_charges_now(here: Shop) -> None:
    subscription = here.subscribe(trial_period_days=30)
    here.sandbox.advance(days=2)
    paid = here.v1.subscriptions.update(
        subscription.id, {"trial_end": "now", "expand": ["latest_invoice"]}
    )
    assert (paid.status, paid.latest_invoice.amount_paid) == ("active", 1200)
    assert ends(paid) == at(2026, 2, 3)


def test_an_introductory_price_for_three_months(shop: Shop) -> None:
    coupon = shop.v1.coupons.create(
        {"amount_off": 1100, "currency": "usd", "duration": "repeating", "duration_in_months": 3}
    )
    done = shop.pay(shop.checkout(discounts=[{"coupon": coupon.id}]), email="reader@example.com")
    assert done["amount_total"] == 100
    shop.sandbox.advance(days=130)
    subscription = shop.subscription(done["subscription"])
    assert amounts(shop.invoices(subscription)) == [100, 100, 100, 1200, 1200]
    assert subscription.discounts == []


def test_pausing_collection_voids_the_invoices(here: Shop) -> None:
    subscription = here.subscribe()
    here.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    here.sandbox.advance(days=32)
    invoices = here.invoices(subscription)
    assert [invoice.status for invoice in invoices] == ["paid", "void"]
    assert here.subscription(subscription.id).status == "active"
    here.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    here.sandbox.advance(days=31)
    assert here.invoices(subscription)[-1].status == "paid"


@pytest.mark.parametrize(
    ("price", "days", "discounted"),
    [("big_month", 10.3, False), ("big_month", 0, False), ("year", 17.77, False),
     ("big_month", 5.5, True), ("year", 20.01, True)],
)  # fmt: skip
def test_a_preview_equals_the_invoice_that_follows(
    shop: Shop, price: str, days: float, discounted: bool
) -> None:
    more: dict[str, Any] = {}
    if discounted:
        coupon = shop.v1.coupons.create({"percent_off": 33.33, "duration": "forever"})
        more = {"discounts": [{"coupon": coupon.id}]}
    subscription = shop.subscribe(**more)
    shop.sandbox.advance(days=days)
    change = {
        "items": [{"id": item(subscription), "price": getattr(shop, price)}],
        "proration_behavior": "always_invoice",
        "proration_date": shop.sandbox.now,
    }
    preview = shop.v1.invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": change}
    )
    assert shop.subscription(subscription.id)["items"].data[0].price.id == shop.month
    changed = shop.v1.subscriptions.update(
        subscription.id, {**change, "expand": ["latest_invoice"]}
    )
    invoice = changed.latest_invoice
    assert invoice.amount_paid == preview.amount_due > 0
    assert [line.amount for line in invoice.lines.data] == [
        line.amount for line in preview.lines.data
    ]
    assert invoice.total_discount_amounts == preview.total_discount_amounts


def test_a_change_without_invoice_waits_for_the_renewal(here: Shop) -> None:
    subscription = here.subscribe()
    here.sandbox.advance(days=15.5)
    here.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item(subscription), "price": here.big_month}]}
    )
    preview = here.v1.invoices.create_preview({"subscription": subscription.id})
    here.sandbox.advance(datetime(2026, 2, 1, 11, tzinfo=UTC))
    assert here.invoices(subscription)[-1].amount_paid == preview.amount_due == 2400


def test_money_given_back_is_used_for_the_next_invoices(here: Shop) -> None:
    subscription = here.subscribe(here.year)
    here.sandbox.advance(datetime(2026, 7, 2, 21, tzinfo=UTC))  # half of the year
    changed = here.v1.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item(subscription), "price": here.month}],
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice", "customer"],
        },
    )
    assert (changed.latest_invoice.total, changed.latest_invoice.amount_due) == (-4800, 0)
    assert changed.customer.balance == -4800
    here.sandbox.advance(days=160)
    assert amounts(here.invoices(subscription))[-3:] == [0, 0, 1200]
    assert here.v1.customers.retrieve(subscription.customer).balance == 0


def test_a_change_that_cannot_be_paid_is_refused_or_past_due(here: Shop) -> None:
    subscription = here.subscribe(number=FAILS_AT_RENEWAL)
    change = {
        "items": [{"id": item(subscription), "price": here.year}],
        "proration_behavior": "always_invoice",
        "off_session": True,
    }
    with pytest.raises(stripe.CardError):
        here.v1.subscriptions.update(
            subscription.id, {**change, "payment_behavior": "error_if_incomplete"}
        )
    assert here.subscription(subscription.id)["items"].data[0].price.id == here.month
    assert here.v1.subscriptions.update(subscription.id, change).status == "past_due"


def test_cancelling_at_once_can_give_the_rest_back(here: Shop) -> None:
    subscription = here.subscribe()
    here.sandbox.advance(days=15.5)
    ended = here.v1.subscriptions.cancel(
        subscription.id, {"prorate": True, "invoice_now": True, "expand": ["customer"]}
    )
    assert (ended.status, ended.customer.balance) == ("canceled", -600)
    assert here.told()[-1] == "customer.subscription.deleted"
    here.sandbox.advance(days=60)
    assert len(here.invoices(subscription)) == 2


def test_a_schedule_must_be_released_before_cancelling(here: Shop) -> None:
    subscription = here.subscribe()
    schedule = here.v1.subscription_schedules.create({"from_subscription": subscription.id})
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        here.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    released = here.v1.subscription_schedules.release(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    here.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    here.sandbox.advance(days=32)
    assert here.subscription(subscription.id).status == "canceled"


def test_a_year_can_follow_a_month_by_schedule(here: Shop) -> None:
    subscription = here.subscribe()
    schedule = here.v1.subscription_schedules.create({"from_subscription": subscription.id})
    first = schedule.phases[0]
    here.v1.subscription_schedules.update(
        schedule.id,
        {
            "phases": [
                {
                    "items": [{"price": here.month}],
                    "start_date": first.start_date,
                    "end_date": first.end_date,
                },
                {"items": [{"price": here.year}], "duration": {"interval": "year"}},
            ]
        },
    )
    here.sandbox.advance(days=40)
    changed = here.subscription(subscription.id)
    assert (ends(changed), changed.schedule) == (at(2027, 2, 1), schedule.id)
    assert amounts(here.invoices(subscription)) == [1200, 12_000]


def test_a_running_clock_lets_things_fall_due_by_themselves() -> None:
    with opened("in process", start=None) as shop:
        session = shop.checkout()
        shop.sandbox.advance(hours=24, seconds=1)
        assert shop.v1.checkout.sessions.retrieve(session.id).status == "expired"
        assert shop.sandbox.now - datetime.now(UTC).timestamp() == pytest.approx(86_401, abs=5)


def test_the_clock_never_runs_back(here: Shop) -> None:
    here.sandbox.advance(days=1)
    here.sandbox.advance(NEW_YEAR + timedelta(hours=1))
    assert here.sandbox.now == at(2026, 1, 2)
