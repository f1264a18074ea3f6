"""What the SDK finds in the sandbox, in process and over HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import stripe

from tests.stripe_sandbox.making import DECLINED, NEW_YEAR, WAYS, Shop, opened
from tests.stripe_sandbox.portal import cancel, change_card, keep

CONFIRMS = "4000002500003155"
PAYS_LATE = "DE89370400440532013000"
FAILS_LATE = "DE62370400440532013001"
DAY = 86_400


@pytest.fixture(params=WAYS)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with opened(request.param) as made:
        yield made
        assert made.sandbox.mismatches == []


def seconds(**since: float) -> int:
    return int((NEW_YEAR + timedelta(**since)).timestamp())


def test_a_lookup_key_moves_to_the_new_price(shop: Shop) -> None:
    fields = {"product": shop.product, "currency": "usd", "lookup_key": "digital-month"}
    first = shop.v1.prices.create({**fields, "unit_amount": 1200})
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        shop.v1.prices.create({**fields, "unit_amount": 1300})
    second = shop.v1.prices.create({**fields, "unit_amount": 1300, "transfer_lookup_key": True})
    found = shop.v1.prices.list({"lookup_keys": ["digital-month"]}).data
    assert [price.id for price in found] == [second.id]
    assert shop.v1.prices.retrieve(first.id).lookup_key is None


def test_a_retired_price_sells_no_more_but_still_renews(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.prices.update(shop.month, {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.checkout()
    shop.sandbox.advance(days=32)
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "paid"]


def test_lists_come_in_pages_the_newest_first(shop: Shop) -> None:
    made = [shop.v1.customers.create({"email": f"r{n}@example.com"}).id for n in range(7)]
    page = shop.v1.customers.list({"limit": 3})
    assert [each.id for each in page.data] == made[:3:-1]
    assert page.has_more
    before = shop.v1.customers.list({"limit": 2, "ending_before": page.data[2].id})
    assert [each.id for each in before.data] == [made[6], made[5]]
    assert not before.has_more
    every = shop.v1.customers.list({"limit": 2}).auto_paging_iter()
    assert [each.id for each in every] == made[::-1]


def test_checkout_opens_a_subscription(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "reader@example.com"})
    session = shop.checkout(
        customer=customer.id,
        client_reference_id="reader-7",
        subscription_data={"metadata": {"package": "digital"}},
    )
    assert (session.status, session.payment_status, session.amount_total) == (
        "open",
        "unpaid",
        1200,
    )
    assert session.url.startswith(shop.sandbox.base_url)
    shop.pay(session, name="A. Reader")
    done = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.client_reference_id, done.customer) == ("reader-7", customer.id)
    assert (done.subscription.status, done.invoice.status) == ("active", "paid")
    assert done.subscription.metadata.to_dict() == {"package": "digital"}
    assert done.subscription["items"].data[0].current_period_end == seconds(days=31)
    assert done.invoice.parent.subscription_details.subscription == done.subscription.id
    with pytest.raises(Exception, match="nothing more to pay"):
        shop.pay(session)


def test_a_declined_card_leaves_the_page_open(shop: Shop) -> None:
    session = shop.checkout()
    with pytest.raises(Exception, match="declined"):
        shop.pay(session, DECLINED, email="reader@example.com")
    with pytest.raises(Exception, match="insufficient"):
        shop.pay(session, "4000000000009995", email="reader@example.com")
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert shop.v1.subscriptions.list({"status": "all"}).data == []
    shop.pay(session, email="reader@example.com")
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_card_asks_its_owner_once(shop: Shop) -> None:
    session = shop.checkout()
    assert shop.pay(session, CONFIRMS)["status"] == "open"
    with pytest.raises(Exception, match="declined"):
        shop.pay(session, CONFIRMS, confirmed=False)
    done = shop.pay(session, CONFIRMS, confirmed=True)
    assert done["payment_status"] == "paid"
    shop.sandbox.advance(days=32)
    assert shop.subscription(done["subscription"]).status == "active"
    assert shop.told().count("invoice.paid") == 2


def test_a_pass_is_paid_once_and_has_its_invoice(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.checkout(
        shop.day, "payment", customer=customer.id, invoice_creation={"enabled": True}
    )
    shop.pay(session)
    done = shop.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["invoice", "payment_intent.latest_charge", "line_items"]}
    )
    assert (done.payment_status, done.subscription) == ("paid", None)
    assert (done.invoice.status, done.invoice.parent) == ("paid", None)
    assert done.payment_intent.latest_charge.receipt_url.startswith(shop.sandbox.base_url)
    assert done.line_items.data[0].price.id == shop.day


@pytest.mark.parametrize(
    ("number", "paid", "event"),
    [
        (PAYS_LATE, "paid", "checkout.session.async_payment_succeeded"),
        (FAILS_LATE, "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_payment_that_comes_late(shop: Shop, number: str, paid: str, event: str) -> None:
    session = shop.checkout(shop.day, "payment")
    shop.pay(session, number, email="reader@example.com")
    done = shop.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status) == ("complete", "unpaid")
    shop.sandbox.advance(days=3)
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == paid
    assert shop.told().count(event) == 1


def test_a_subscription_waits_for_a_late_payment(shop: Shop) -> None:
    done = shop.pay(shop.checkout(), PAYS_LATE, email="reader@example.com")
    shop.sandbox.advance(hours=30)
    assert shop.subscription(done["subscription"]).status == "incomplete"
    shop.sandbox.advance(days=2)
    assert shop.subscription(done["subscription"]).status == "active"


def test_a_session_expires_by_itself_or_on_demand(shop: Shop) -> None:
    by_itself = shop.checkout(expires_at=seconds(hours=1))
    on_demand = shop.v1.checkout.sessions.expire(shop.checkout().id)
    assert (on_demand.status, on_demand.url) == ("expired", None)
    shop.sandbox.advance(hours=1)
    assert shop.v1.checkout.sessions.retrieve(by_itself.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        shop.v1.checkout.sessions.expire(by_itself.id)
    with pytest.raises(stripe.InvalidRequestError, match="30 minutes"):
        shop.checkout(expires_at=seconds(days=3))


def test_a_promotion_code_or_a_discount_but_not_both(shop: Shop) -> None:
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once", "max_redemptions": 1})
    code = shop.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    )
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        shop.checkout(allow_promotion_codes=True, discounts=[{"coupon": coupon.id}])
    done = shop.pay(shop.checkout(allow_promotion_codes=True), code="spring", email="a@example.com")
    assert (done["amount_total"], done["total_details"]["amount_discount"]) == (600, 600)
    invoices = shop.invoices(shop.subscription(done["subscription"]))
    assert [invoice.amount_paid for invoice in invoices] == [600]
    assert shop.v1.promotion_codes.retrieve(code.id).times_redeemed == 1
    with pytest.raises(Exception, match=r"invalid|expired"):
        shop.pay(shop.checkout(allow_promotion_codes=True), code="SPRING", email="b@example.com")


def test_a_first_payment_that_fails_leaves_it_incomplete_then_expired(shop: Shop) -> None:
    subscription = shop.subscribe(number=DECLINED, expand=["latest_invoice.payments"])
    assert (subscription.status, subscription.latest_invoice.status) == ("incomplete", "open")
    shop.sandbox.advance(hours=23)
    ended = shop.subscription(subscription.id, "latest_invoice")
    assert (ended.status, ended.latest_invoice.status) == ("incomplete_expired", "void")
    with pytest.raises(stripe.CardError) as caught:
        shop.subscribe(number=DECLINED, payment_behavior="error_if_incomplete")
    assert (caught.value.code, caught.value.http_status) == ("card_declined", 402)


def test_a_refund_in_parts_and_no_more_than_was_paid(shop: Shop) -> None:
    subscription = shop.subscribe(expand=["latest_invoice.payments"])
    intent = subscription.latest_invoice.payments.data[0].payment.payment_intent
    part = shop.v1.refunds.create({"payment_intent": intent, "amount": 500})
    charge = shop.v1.charges.retrieve(part.charge)
    assert (charge.amount_refunded, charge.refunded) == (500, False)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        shop.v1.refunds.create({"payment_intent": intent, "amount": 701})
    shop.v1.refunds.create({"payment_intent": intent})
    charge = shop.v1.charges.retrieve(part.charge, {"expand": ["refunds"]})
    assert charge.refunded
    assert [refund.amount for refund in charge.refunds.data] == [700, 500]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"


def test_a_disputed_charge_can_be_given_up(shop: Shop) -> None:
    shop.subscribe(number="4000000000000259")
    shop.sandbox.advance(days=1)
    dispute = shop.v1.disputes.list().data[0]
    assert dispute.status == "needs_response"
    assert shop.v1.charges.retrieve(dispute.charge).disputed
    assert shop.v1.disputes.close(dispute.id).status == "lost"
    assert shop.told()[-1] == "charge.dispute.closed"


def test_the_portal_changes_the_card_cancels_and_takes_it_back(shop: Shop) -> None:
    done = shop.pay(shop.checkout(), email="reader@example.com")
    portal = shop.v1.billing_portal.sessions.create(
        {"customer": done["customer"], "return_url": "https://paper.example/account/"}
    )
    assert portal.url.startswith(shop.sandbox.base_url)
    assert change_card(shop.sandbox, portal.id, CONFIRMS) == "requires_action"
    assert change_card(shop.sandbox, portal.id, CONFIRMS, confirmed=True) == "succeeded"
    subscription = shop.subscription(done["subscription"], "default_payment_method")
    assert subscription.default_payment_method.card.last4 == "3155"
    with pytest.raises(Exception, match="declined"):
        change_card(shop.sandbox, portal.id, DECLINED)
    cancel(shop.sandbox, portal.id, subscription.id)
    assert shop.subscription(subscription.id).cancel_at_period_end
    keep(shop.sandbox, portal.id, subscription.id)
    kept = shop.subscription(subscription.id)
    assert (kept.cancel_at_period_end, kept.cancel_at, kept.canceled_at) == (False, None, None)


def test_a_portal_flow_is_for_one_errand(shop: Shop) -> None:
    subscription = shop.subscribe()
    portal = shop.v1.billing_portal.sessions.create(
        {
            "customer": subscription.customer,
            "flow_data": {
                "type": "subscription_cancel",
                "subscription_cancel": {"subscription": subscription.id},
            },
        }
    )
    assert portal.url.endswith("/subscription_cancel")
    assert portal.flow.subscription_cancel.subscription == subscription.id


def test_a_deleted_customer_ends_their_subscriptions(shop: Shop) -> None:
    subscription = shop.subscribe()
    assert shop.v1.customers.delete(subscription.customer).deleted
    assert shop.v1.customers.retrieve(subscription.customer).deleted
    assert shop.subscription(subscription.id).status == "canceled"
    assert len(shop.invoices(subscription)) == 1


def test_events_can_be_listed_since_the_last_one_seen(shop: Shop) -> None:
    seen = shop.v1.events.list({"limit": 1}).data[0]
    subscription = shop.subscribe()
    since = list(shop.v1.events.list({"ending_before": seen.id, "limit": 100}).auto_paging_iter())
    types = {event.type for event in since}
    assert {"customer.created", "customer.subscription.created", "invoice.paid"} <= types
    created = shop.v1.events.list({"type": "customer.subscription.*"}).data[-1]
    assert created.data.object["id"] == subscription.id
    assert (created.livemode, created.api_version) == (False, stripe.api_version)
    assert shop.v1.events.retrieve(created.id).id == created.id


@pytest.mark.parametrize("key", ["sk_live_51Hx", "rk_live_51Hx", "nonsense"])
def test_only_test_keys_are_taken(shop: Shop, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        shop.v1.products.list({}, {"api_key": key})


def test_what_does_not_exist_is_a_404_and_a_wrong_reference_a_400(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.v1.subscriptions.retrieve("sub_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert str(caught.value.request_id).startswith("req_")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.checkout(customer="cus_none")
    assert (caught.value.http_status, caught.value.param) == (400, "customer")


def test_ids_are_the_same_in_every_run(shop: Shop) -> None:
    with opened("in process") as again:
        assert (again.month, again.year) == (shop.month, shop.year)
