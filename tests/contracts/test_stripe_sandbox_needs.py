"""What the newspaper asks of Stripe, asked of the sandbox; each answer is as the SDK says."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.test_stripe_sandbox_clock import amounts
from tests.contracts.test_stripe_sandbox_pages import CARD, ask
from tests.stripe_sandbox.making import GOOD, Shop, opened

FAILS_AT_RENEWAL = "4000000000000341"
ASKS_ALWAYS = "4000002760003184"
TO_ACCOUNT = "https://paper.example/account/"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened("over HTTP") as made:
        yield made
        assert made.sandbox.mismatches == []


def failed(shop: Shop) -> tuple[Any, Any]:
    """Return a subscription whose renewal failed, and the open invoice."""
    subscription = shop.subscribe(number=FAILS_AT_RENEWAL)
    shop.sandbox.advance(days=32)
    return subscription, shop.subscription(subscription.id, "latest_invoice").latest_invoice


def default_of(shop: Shop, subscription: Any) -> str:
    """Return the last digits of the card that the next renewal is charged to."""
    found = shop.subscription(
        subscription.id,
        "default_payment_method",
        "customer.invoice_settings.default_payment_method",
    )
    method = found.default_payment_method or found.customer.invoice_settings.default_payment_method
    return str(method.card.last4)


def test_a_card_that_pays_an_open_invoice_is_the_default_from_then_on(shop: Shop) -> None:
    subscription, invoice = failed(shop)
    assert (invoice.status, default_of(shop, subscription)) == ("open", "0341")
    ask(invoice.hosted_invoice_url, {**CARD, "number": "4000000000009995"})
    assert default_of(shop, subscription) == "0341"
    ask(invoice.hosted_invoice_url, CARD)
    assert default_of(shop, subscription) == "4242"
    shop.sandbox.advance(days=31)
    assert [each.status for each in shop.invoices(subscription)] == ["paid"] * 3


def test_so_is_one_whose_bank_asks_first(shop: Shop) -> None:
    subscription, invoice = failed(shop)
    _, _, bank = ask(invoice.hosted_invoice_url, {**CARD, "number": ASKS_ALWAYS})
    assert default_of(shop, subscription) == "0341"
    assert "Your bank asks" in ask(shop.sandbox.base_url + bank)[1]
    ask(shop.sandbox.base_url + bank, {"answer": "confirm"})
    assert default_of(shop, subscription) == "3184"


def test_one_that_pays_for_a_pass_is_not(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.pay(shop.checkout(shop.day, "payment", customer=subscription.customer), "5555555555554444")
    assert default_of(shop, subscription) == "4242"


def test_the_portal_shows_what_is_owed_and_what_was_paid(shop: Shop) -> None:
    subscription, invoice = failed(shop)
    portal = shop.v1.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": TO_ACCOUNT}
    )
    _, shown, _ = ask(portal.url)
    for text in ("Payment failed", f'href="/invoices/{invoice.id}"', "/receipts/ch_", TO_ACCOUNT):
        assert text in shown
    assert "Visa ending in 0341, until 12 / 2040" in shown


def test_the_portal_can_open_on_the_card_and_return(shop: Shop) -> None:
    subscription = shop.subscribe()
    portal = shop.v1.billing_portal.sessions.create(
        {
            "customer": subscription.customer,
            "return_url": TO_ACCOUNT,
            "flow_data": {
                "type": "payment_method_update",
                "after_completion": {
                    "type": "redirect", "redirect": {"return_url": TO_ACCOUNT},
                },
            },
        }
    )  # fmt: skip
    assert "Change your card" in ask(portal.url)[1]
    assert ask(portal.url, {**CARD, "number": "5555555555554444"})[2] == TO_ACCOUNT
    assert default_of(shop, subscription) == "4444"


@pytest.mark.parametrize(
    ("behavior", "due_now"),
    [("always_invoice", 10_800), ("create_prorations", 10_800), ("none", 12_000)],
)
def test_a_switch_of_prices_is_previewed_under_each_behaviour(
    shop: Shop, behavior: str, due_now: int
) -> None:
    subscription = shop.subscribe()
    item = subscription["items"].data[0].id
    preview = shop.v1.invoices.create_preview(
        {
            "subscription": subscription.id,
            "subscription_details": {
                "items": [{"id": item, "price": shop.year}],
                "proration_behavior": behavior,
            },
        }
    )
    assert preview.amount_due == due_now
    assert len(shop.invoices(subscription)) == 1


def test_a_switch_can_wait_for_the_end_of_the_period(shop: Shop) -> None:
    subscription = shop.subscribe(shop.big_month)
    schedule = shop.v1.subscription_schedules.create({"from_subscription": subscription.id})
    [now] = schedule.phases
    phases = [
        {"items": [{"price": shop.big_month, "quantity": 1}], "start_date": now.start_date,
         "end_date": now.end_date},
        {"items": [{"price": shop.month, "quantity": 1}], "proration_behavior": "none",
         "duration": {"interval": "month", "interval_count": 1}},
    ]  # fmt: skip
    shop.v1.subscription_schedules.update(
        schedule.id, {"end_behavior": "release", "phases": phases}
    )
    planned = shop.subscription(subscription.id, "schedule").schedule
    assert [phase["items"][0].price for phase in planned.phases] == [shop.big_month, shop.month]
    shop.sandbox.advance(days=32)
    assert [each.amount_paid for each in shop.invoices(subscription)] == [2000, 1200]


def test_a_payment_leads_to_its_invoice_and_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    invoice = shop.v1.invoices.retrieve(
        subscription.latest_invoice, {"expand": ["payments.data.payment.payment_intent"]}
    )
    intent = invoice.payments.data[0].payment.payment_intent
    assert intent.status == "succeeded"
    asked = {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    [payment] = shop.v1.invoice_payments.list(asked).data
    assert (payment.invoice, payment.amount_paid) == (invoice.id, 1200)


def test_a_subscription_comes_with_all_that_belongs_to_it(shop: Shop) -> None:
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}])
    found = shop.subscription(
        subscription.id,
        "latest_invoice",
        "default_payment_method",
        "customer.invoice_settings.default_payment_method",
        "schedule",
        "discounts",
    )
    assert found.latest_invoice.amount_paid == 600
    assert found.customer.invoice_settings.default_payment_method.card.last4 == "4242"
    assert found.discounts[0].source.coupon == coupon.id
    assert found.schedule is None


def test_events_are_paged_through_both_ways_since_a_moment(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.advance(days=3)
    since = shop.sandbox.now
    shop.subscribe()
    asked = {"created": {"gte": since}, "limit": 3}
    events = [event.id for event in shop.v1.events.list(asked).auto_paging_iter()]
    newer = {event["id"] for event in shop.sandbox.store.all("event") if event["created"] >= since}
    assert len(events) == len(set(events)) > 3
    assert set(events) == newer
    before = shop.v1.events.list({**asked, "ending_before": events[5]}).auto_paging_iter()
    assert [event.id for event in before] == events[4::-1]
    after = shop.v1.events.list({**asked, "starting_after": events[1]}).data
    assert [event.id for event in after] == events[2:5]


def test_money_is_given_back_by_request_and_by_hand(shop: Shop) -> None:
    shop.subscribe()
    [charge] = shop.v1.charges.list().data
    shop.v1.refunds.create({"payment_intent": charge.payment_intent, "amount": 200})
    page = f"{shop.sandbox.base_url}/clock/charges/{charge.id}"
    ask(page, {"what": "half"})
    ask(page, {"what": "refund"})
    ask(page, {"what": "refund"})  # a second press of the same button
    refunds = [refund.amount for refund in shop.v1.refunds.list({"charge": charge.id}).data]
    assert refunds == [500, 500, 200]
    assert shop.v1.charges.retrieve(charge.id).refunded
    assert "Refunded" in ask(f"{shop.sandbox.base_url}/clock")[1]


@pytest.mark.parametrize("decision", ["won", "lost"])
def test_a_dispute_is_decided_by_hand(shop: Shop, decision: str) -> None:
    shop.subscribe()
    [charge] = shop.v1.charges.list().data
    page = f"{shop.sandbox.base_url}/clock/charges/{charge.id}"
    for what in ("dispute", "dispute", "refund", decision, decision):
        ask(page, {"what": what})
    [dispute] = shop.v1.disputes.list({"charge": charge.id}).data
    assert dispute.status == decision
    assert shop.told().count("charge.dispute.closed") == 1
    assert ("charge.dispute.funds_reinstated" in shop.told()) == (decision == "won")
    assert shop.v1.refunds.list().data == []
    assert f"Dispute {decision}" in ask(f"{shop.sandbox.base_url}/clock")[1]


def test_the_clock_says_what_a_jump_brought(shop: Shop) -> None:
    shop.sandbox.shop_url = "http://127.0.0.1:8000/"
    failed(shop)
    shop.subscribe()
    clock = f"{shop.sandbox.base_url}/clock"
    _, _, address = ask(clock, {"jump": "month"})
    _, shown, _ = ask(shop.sandbox.base_url + address)
    for text in ("reader@example.com paid ($12.00)", "could not be charged", "has no subscription",
                 'href="http://127.0.0.1:8000/"'):  # fmt: skip
        assert text in shown
    _, _, address = ask(clock, {"jump": "hour"})
    assert "Nothing fell due." in ask(shop.sandbox.base_url + address)[1]


@pytest.mark.parametrize("page", ["checkout", "portal", "invoice"])
def test_a_test_card_is_filled_in_with_one_press(shop: Shop, page: str) -> None:
    subscription, invoice = failed(shop)
    portal = shop.v1.billing_portal.sessions.create(
        {
            "customer": subscription.customer,
            "return_url": TO_ACCOUNT,
            "flow_data": {"type": "payment_method_update"},
        }
    )
    url = {
        "checkout": shop.checkout().url, "portal": portal.url,
        "invoice": invoice.hosted_invoice_url,
    }[page]  # fmt: skip
    events = len(shop.told())
    status, shown, _ = ask(url, {"name": "A. Reader", "use": GOOD})
    assert status == 200
    assert 'value="4242 4242 4242 4242"' in shown
    assert 'value="A. Reader"' in shown
    assert len(shop.told()) == events


@pytest.mark.parametrize(
    ("coupon", "says"),
    [
        ({"duration": "once"}, "Renews at $12.00 every month"),
        ({"duration": "forever"}, "Renews at $1.00 every month"),
        ({"duration": "repeating", "duration_in_months": 3},
         "$1.00 every month for the first 3 months, then $12.00 every month"),
    ],
)  # fmt: skip
def test_checkout_says_what_comes_after_an_offer(
    shop: Shop, coupon: dict[str, Any], says: str
) -> None:
    made = shop.v1.coupons.create({"amount_off": 1100, "currency": "usd", **coupon})
    _, shown, _ = ask(shop.checkout(discounts=[{"coupon": made.id}]).url)
    assert says in shown
    assert "One payment. It does not renew." in ask(shop.checkout(shop.day, "payment").url)[1]


def test_a_preview_and_a_switch_leave_a_discount_out_that_is_not_asked_for(shop: Shop) -> None:
    coupon = shop.v1.coupons.create(
        {"amount_off": 1100, "currency": "usd", "duration": "repeating", "duration_in_months": 3}
    )
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}])
    before = shop.subscription(subscription.id)
    items = [{"id": before["items"].data[0].id, "price": shop.big_month}]
    details = {"items": items, "proration_behavior": "always_invoice"}
    asked = {"subscription": subscription.id, "subscription_details": details}
    kept = [{"discount": before.discounts[0]}]
    due = [
        shop.v1.invoices.create_preview({**asked, **discounts}).amount_due
        for discounts in ({}, {"discounts": kept}, {"discounts": ""})
    ]
    assert due == [800, 800, 1900]
    assert len(shop.subscription(subscription.id).discounts) == 1
    shop.v1.subscriptions.update(subscription.id, {**details, "discounts": ""})
    assert amounts(shop.invoices(subscription)) == [100, 1900]
    assert shop.subscription(subscription.id).discounts == []


@pytest.mark.parametrize("stays", [True, False])
def test_a_phase_has_the_discounts_that_it_names(shop: Shop, *, stays: bool) -> None:
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}])
    schedule = shop.v1.subscription_schedules.create({"from_subscription": subscription.id})
    [first] = schedule.phases
    kept = [{"discount": each.discount} for each in first.discounts]
    now = {"start_date": first.start_date, "end_date": first.end_date}
    phases = [
        {"items": [{"price": shop.month}], **now, "discounts": kept},
        {"items": [{"price": shop.big_month}], "discounts": kept if stays else ""},
    ]
    shop.v1.subscription_schedules.update(schedule.id, {"phases": phases})
    assert len(shop.subscription(subscription.id).discounts) == 1
    shop.sandbox.advance(days=32)
    assert amounts(shop.invoices(subscription)) == [600, 1000 if stays else 2000]
