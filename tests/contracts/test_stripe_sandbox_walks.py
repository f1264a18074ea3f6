"""Random walks through the sandbox: whatever is done, its books balance."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.cards import decline
from tests.stripe_sandbox.errors import StripeFailure
from tests.stripe_sandbox.making import GOOD, Shop, opened

NUMBERS = [GOOD, GOOD, "4000000000000341", "4000002500003155", "DE89370400440532013000"]
BEHAVIORS = ["always_invoice", "create_prorations", "none"]
RUNNING = ("active", "past_due", "trialing", "unpaid")
STEPS = 40


class Walk:
    """Somebody who does anything a reader, a clock or a shop could."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.dice = shop, random.Random(seed)
        percent = {"percent_off": 33.3, "duration": "repeating", "duration_in_months": 2}
        amount = {"amount_off": 500, "currency": "usd", "duration": "once"}
        self.coupons = [shop.v1.coupons.create(each).id for each in (percent, amount)]

    def any_of(self, kind: str) -> Any:
        found = list(self.shop.sandbox.store.all(kind))
        if kind == "subscription" and self.dice.random() < 0.9:  # mostly one that still runs
            found = [each for each in found if each["status"] in RUNNING] or found
        return (
            self.dice.choice(found) if found else {"id": "none", "items": {"data": [{"id": "x"}]}}
        )

    def price(self) -> str:
        return self.dice.choice([self.shop.month, self.shop.big_month, self.shop.year])

    def subscribe(self) -> None:
        session = self.shop.checkout(
            self.price(),
            discounts=[{"coupon": self.dice.choice(self.coupons)}]
            if self.dice.random() < 0.4
            else [],
            subscription_data={"trial_period_days": 10} if self.dice.random() < 0.3 else {},
        )
        self.shop.pay(session, self.dice.choice(NUMBERS), confirmed=True, email="a@example.com")

    def switch(self) -> None:
        subscription = self.any_of("subscription")
        item = subscription["items"]["data"][0]["id"]
        change = {
            "items": [{"id": item, "price": self.price(), "quantity": self.dice.randint(1, 3)}],
            "proration_behavior": self.dice.choice(BEHAVIORS),
        }
        preview = self.shop.v1.invoices.create_preview(
            {"subscription": subscription["id"], "subscription_details": change}
        )
        before = subscription.get("latest_invoice")
        done = self.shop.v1.subscriptions.update(
            subscription["id"], {**change, "expand": ["latest_invoice"]}
        )
        if done.latest_invoice.id != before:
            assert done.latest_invoice.amount_due == preview.amount_due

    def cancel_later(self) -> None:
        ends = self.dice.random() < 0.5
        self.shop.v1.subscriptions.update(
            self.any_of("subscription")["id"], {"cancel_at_period_end": ends}
        )

    def cancel_now(self) -> None:
        prorated = self.dice.random() < 0.5
        self.shop.v1.subscriptions.cancel(
            self.any_of("subscription")["id"], {"prorate": prorated, "invoice_now": prorated}
        )

    def schedule(self) -> None:
        made = self.shop.v1.subscription_schedules.create(
            {"from_subscription": self.any_of("subscription")["id"]}
        )
        phase = made.phases[0]
        current = {
            "items": [{"price": phase["items"][0].price}],
            "start_date": phase.start_date,
            "end_date": phase.end_date,
        }
        phases = [current, {"items": [{"price": self.price()}]}]
        self.shop.v1.subscription_schedules.update(made.id, {"phases": phases})

    def end_trial(self) -> None:
        self.shop.v1.subscriptions.update(self.any_of("subscription")["id"], {"trial_end": "now"})

    def refund(self) -> None:
        self.shop.v1.refunds.create(
            {"charge": self.any_of("charge")["id"], "amount": self.dice.randint(1, 2000)}
        )

    def pay(self) -> None:
        self.shop.v1.invoices.pay(self.any_of("invoice")["id"])

    def break_card(self) -> None:
        why = self.dice.choice(["insufficient_funds", None])
        decline(self.shop.sandbox, self.any_of("payment_method")["id"], why)

    def wait(self) -> None:
        self.shop.sandbox.advance(hours=self.dice.choice([1, 30, 200, 745]))

    def step(self) -> None:
        done: Callable[[], None] = self.dice.choice(
            [self.subscribe, self.switch, self.cancel_later, self.cancel_now, self.schedule,
             self.end_trial, self.refund, self.pay, self.break_card, self.subscribe, self.switch,
             self.wait, self.wait, self.wait]
        )  # fmt: skip
        before = self.state()
        try:
            done()
        except stripe.InvalidRequestError:
            if done.__name__ not in ("schedule", "switch", "subscribe"):  # they ask more than once
                assert self.state() == before, f"{done.__name__} was refused, and yet did something"
        except (stripe.CardError, StripeFailure):
            pass

    def state(self) -> str:
        store = self.shop.sandbox.store
        kinds = ("subscription", "invoice", "charge", "customer", "subscription_schedule")
        happened = len(list(store.all("event")))
        return json.dumps([happened, *(list(store.all(kind)) for kind in kinds)])


def check_books(shop: Shop) -> None:
    store, now = shop.sandbox.store, shop.sandbox.now
    for invoice in store.all("invoice"):
        off = sum(each["amount"] for each in invoice["total_discount_amounts"])
        assert invoice["total"] == invoice["subtotal"] - off
        used = invoice["starting_balance"] - invoice["ending_balance"]
        assert invoice["amount_due"] == invoice["total"] + used >= 0
        assert invoice["amount_paid"] + invoice["amount_remaining"] == invoice["amount_due"]
        intent = store.find(store.details(invoice["id"]).get("intent"))
        if invoice["status"] == "paid" and intent:
            assert store.get("charge", intent["latest_charge"])["amount"] == invoice["amount_paid"]
    for charge in store.all("charge"):
        refunds = [each for each in store.all("refund") if each["charge"] == charge["id"]]
        assert sum(each["amount"] for each in refunds) == charge["amount_refunded"]
        assert charge["amount_refunded"] <= charge["amount_captured"]
    for subscription in store.all("subscription"):
        first = subscription["items"]["data"][0]
        if subscription["status"] in RUNNING:
            assert first["current_period_start"] <= now <= first["current_period_end"]
        assert (subscription["ended_at"] is not None) == (
            subscription["status"] in ("canceled", "incomplete_expired")
        )
    for customer in store.all("customer"):
        assert customer["balance"] <= 0
    moments = [event["created"] for event in store.all("event")]
    assert moments == sorted(moments, reverse=True)
    assert shop.sandbox.mismatches == []


@pytest.mark.parametrize("seed", range(8))
def test_the_books_balance_whatever_is_done(seed: int) -> None:
    with opened("in process") as shop:
        walk = Walk(shop, seed)
        walk.subscribe()
        for _ in range(STEPS):
            walk.step()
            check_books(shop)
        assert shop.told().count("invoice.paid") > 0
