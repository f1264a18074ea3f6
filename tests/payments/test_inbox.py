"""What Stripe tells us is kept, handled once, and put before staff when it cannot be."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from paywall.entitlements.models import Entitlement
from paywall.payments import inbox, updating
from paywall.payments.models import Concern, StripeEvent
from paywall.subscriptions.models import Purchase, Subscription
from tests.payments.shop import Newspaper, stripe_id
from tests.payments.telling import events, handle_all, keep, outcomes, subscribe_at_stripe
from tests.stripe_sandbox.disputes import close_dispute, open_dispute
from tests.stripe_sandbox.errors import StripeFailure
from tests.stripe_sandbox.paying import pay


def test_what_happened_at_stripe_is_recorded(paper: Newspaper) -> None:
    customer = paper.customer()
    subscribe_at_stripe(paper, customer)
    keep(paper, *events(paper))
    handle_all(paper)
    subscription = Subscription.objects.get()
    assert subscription.invoices.get().status == "paid"
    assert Entitlement.objects.get(reader=customer.reader).ends_at == subscription.opens_until
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    assert outcomes()["invoice.paid"] == inbox.RECORDED
    assert outcomes()["product.created"] == inbox.NOTHING


@pytest.mark.parametrize("kind", ["customer.subscription.created", "invoice.paid",
                                  "invoice_payment.paid", "charge.succeeded",
                                  "payment_intent.succeeded"])  # fmt: skip
def test_any_one_event_is_enough(paper: Newspaper, kind: str) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, *(event for event in events(paper) if event["type"] == kind))
    handle_all(paper)
    assert Subscription.objects.get().reason == "paid"


def test_what_is_foreign_makes_nothing_and_touches_nothing(paper: Newspaper) -> None:
    product = paper.v1.products.create({"name": "Mugs"})
    recurring = {"interval": "month"}
    mugs = paper.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 900, "recurring": recurring}
    )
    stranger, reader = paper.customer("stranger@example.com"), paper.customer()
    for customer in (stranger, reader):
        items = [{"price": mugs.id}]
        paper.v1.subscriptions.create({"customer": customer.stripe_id, "items": items})
    unknown = str(stranger.stripe_id)
    stranger.delete()
    kept = events(paper)
    keep(paper, *kept)
    handle_all(paper)
    assert not Subscription.objects.exists()
    assert not Entitlement.objects.exists()
    assert events(paper) == kept
    theirs = StripeEvent.objects.filter(customer_id=unknown, type__startswith="invoice")
    assert set(theirs.values_list("outcome", flat=True)) == {inbox.UNKNOWN}
    ours = StripeEvent.objects.filter(customer_id=reader.stripe_id, type__startswith="invoice")
    assert set(ours.values_list("outcome", flat=True)) == {inbox.FOREIGN}


def test_what_is_about_no_sale_is_not_foreign(paper: Newspaper) -> None:
    """A customer made, or a card attached: so it is before each sale."""
    reader, stranger = paper.customer(), paper.customer("stranger@example.com")
    for customer in (reader, stranger):
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        method = paper.v1.payment_methods.create({"type": "card", "card": card})
        paper.v1.payment_methods.attach(method.id, {"customer": str(customer.stripe_id)})
    stranger.delete()
    keep(paper, *(each for each in events(paper) if each["type"].startswith(("cus", "payment_m"))))
    handle_all(paper)
    assert {"customer.created", "payment_method.attached"} <= set(outcomes())
    assert set(outcomes().values()) == {inbox.NOTHING}


def test_a_card_that_was_declined_at_the_till_is_no_foreign_sale(paper: Newspaper) -> None:
    customer = paper.customer()
    for number, mode, price in (
        ("4000000000000002", "payment", paper.day),
        ("4000000000000002", "subscription", paper.month),
    ):
        session = paper.v1.checkout.sessions.create(
            {"mode": mode, "customer": customer.stripe_id, "success_url": "https://p.example/",
             "line_items": [{"price": stripe_id(price), "quantity": 1}]}
        )  # fmt: skip
        with pytest.raises(StripeFailure):
            pay(paper.sandbox, session.id, number)
    keep(paper, *events(paper))
    handle_all(paper)
    assert {"charge.failed", "payment_intent.payment_failed"} <= set(outcomes())
    assert inbox.FOREIGN not in outcomes().values()


def test_a_failure_is_kept_and_tried_again_later(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    event = next(each for each in events(paper) if each["type"] == "invoice.paid")
    keep(paper, event)
    paper.sandbox.faults.add("error", times=3, path="/v1/invoices")
    handle_all(paper)
    row = StripeEvent.objects.get()
    assert row.tries == 1
    assert row.error.startswith("GatewayUnavailable: Stripe does not answer")
    handle_all(paper)  # it is not due yet
    assert StripeEvent.objects.get().tries == 1
    paper.advance(minutes=2)
    handle_all(paper)
    row = StripeEvent.objects.get()
    assert (row.outcome, row.error, row.tries) == (inbox.RECORDED, "", 2)


def test_after_eight_failures_it_is_before_staff_who_can_try_again(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, next(each for each in events(paper) if each["type"] == "invoice.paid"))
    fault = paper.sandbox.faults.add("error", times=10_000, path="/v1/invoices")
    for _ in range(10):
        handle_all(paper)
        paper.advance(days=2)
    row = StripeEvent.objects.get()
    assert row.tries == inbox.MOST_TRIES
    assert row.given_up_at
    fault.times = 0
    inbox.retry(row, now=paper.now)
    handle_all(paper)
    row.refresh_from_db()
    assert row.handled_at
    assert row.given_up_at is None


def test_while_stripe_is_away_the_others_are_not_tried_in_vain(paper: Newspaper) -> None:
    for number in range(3):
        subscribe_at_stripe(paper, paper.customer(f"reader{number}@example.com"))
    keep(paper, *(each for each in events(paper) if each["type"] == "invoice.paid"))
    paper.sandbox.faults.add("unavailable", times=1000)
    assert inbox.sweep(now=paper.now) == []
    assert sorted(StripeEvent.objects.values_list("tries", flat=True)) == [0, 0, 1]
    assert inbox.sweep(now=paper.now) is None  # what was taken is nobody else's for a minute
    paper.sandbox.faults.clear()
    paper.advance(minutes=1)
    handle_all(paper)
    assert Subscription.objects.filter(reason="paid").count() == 3
    assert sorted(StripeEvent.objects.values_list("tries", flat=True)) == [1, 1, 2]


def test_what_somebody_else_took_meanwhile_is_not_put_back(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, *(each for each in events(paper) if each["type"] == "invoice.paid"))
    taken = inbox._take(paper.now)
    later = paper.now + inbox.FOLLOWED_AFTER
    assert inbox._take(later)
    inbox._put_back(taken, paper.now)
    assert StripeEvent.objects.get().tries == 2


def test_a_fault_of_ours_is_kept_without_what_it_was_about(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("reader@example.com")

    subscribe_at_stripe(paper, paper.customer())
    keep(paper, events(paper)[-1])
    monkeypatch.setattr(updating, "bring_up_to_date", fail)
    handle_all(paper)
    assert StripeEvent.objects.get().error.startswith("ValueError: in fail, test_inbox.py:")


def test_who_crashed_is_followed_by_another_a_minute_later(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, events(paper)[-1])
    event = StripeEvent.objects.get()

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_handle", crash)
        with pytest.raises(KeyboardInterrupt):
            inbox.handle(event.stripe_id, now=paper.now)
    handle_all(paper)
    assert not Subscription.objects.exists()
    paper.advance(minutes=1)
    handle_all(paper)
    assert StripeEvent.objects.get().handled_at


def test_what_kills_everybody_is_given_up(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, events(paper)[-1])
    StripeEvent.objects.update(tries=inbox.MOST_TRIES)
    handle_all(paper)
    assert "broke off" in StripeEvent.objects.get(given_up_at=paper.now).error


def test_an_event_told_again_is_handled_once(paper: Newspaper) -> None:
    customer = paper.customer()
    subscribe_at_stripe(paper, customer)
    keep(paper, *events(paper) * 3)
    handle_all(paper)
    customer.refresh_from_db()
    fetched = customer.ticket
    keep(paper, *events(paper))
    handle_all(paper)
    customer.refresh_from_db()
    assert customer.ticket == fetched


def test_another_card_is_shown(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    known = len(events(paper))
    card = {"number": "4000002760003184", "exp_month": 12, "exp_year": 2041, "cvc": "123"}
    method = paper.v1.payment_methods.create({"type": "card", "card": card})
    paper.v1.payment_methods.attach(method.id, {"customer": customer.stripe_id})
    settings = {"default_payment_method": method.id}
    paper.v1.customers.update(customer.stripe_id, {"invoice_settings": settings})
    keep(paper, *events(paper)[known:])
    handle_all(paper)
    subscription.refresh_from_db()
    assert subscription.card_last4 == "3184"


def test_a_refund_by_a_payment_that_we_do_not_know_yet(paper: Newspaper) -> None:
    customer = paper.customer()
    subscribe_at_stripe(paper, customer)
    intent = next(each for each in events(paper) if each["type"] == "payment_intent.succeeded")
    paper.v1.refunds.create({"payment_intent": intent["data"]["object"]["id"]})
    keep(paper, next(each for each in events(paper) if each["type"] == "refund.created"))
    handle_all(paper)
    assert Subscription.objects.get().reason == "refunded"
    assert Subscription.objects.get().status == "canceled"  # at Stripe too
    assert Entitlement.objects.get().ends_at == paper.now


def test_a_day_pass_opens_when_its_late_payment_arrives(paper: Newspaper) -> None:
    customer = paper.customer()
    session = paper.v1.checkout.sessions.create(
        {"mode": "payment", "customer": customer.stripe_id, "success_url": "https://p.example/",
         "line_items": [{"price": stripe_id(paper.day), "quantity": 1}]}
    )  # fmt: skip
    pay(paper.sandbox, session.id, "DE89370400440532013000")
    keep(paper, *events(paper))
    handle_all(paper)
    assert Purchase.objects.get().paid_at is None
    paper.advance(days=4)
    keep(paper, *events(paper))
    handle_all(paper)
    assert Entitlement.objects.get().ends_at == paper.now + timedelta(days=1)


def test_a_dispute_closes_and_is_before_staff_until_it_is_won(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    charge = next(paper.sandbox.store.all("charge"))
    dispute = open_dispute(paper.sandbox, charge["id"])
    keep(paper, *events(paper))
    handle_all(paper)
    assert Subscription.objects.get().reason == "disputed"
    assert Concern.objects.get().settled_at is None
    close_dispute(paper.sandbox, dispute["id"], won=True)
    keep(paper, *events(paper))
    handle_all(paper)
    assert Subscription.objects.get().reason == "paid"
    assert Concern.objects.get().settled_at == paper.now


def test_handling_asks_the_database_as_often_as_before(
    paper: Newspaper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Whatever else is in the inbox: no list of it is gone through again."""
    customer = paper.customer()
    paper.subscribe(customer)
    keep(paper, *events(paper))
    event = StripeEvent.objects.get(type="customer.subscription.created")
    with django_assert_num_queries(15):
        inbox.handle(event.stripe_id, now=paper.now)
    with django_assert_num_queries(1):
        inbox.handle(event.stripe_id, now=paper.now)


def test_what_was_handled_long_ago_is_forgotten(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, *events(paper))
    waiting = StripeEvent.objects.filter(handled_at=None).count()
    assert waiting
    assert inbox.forget(now=paper.advance(days=80)) == 0
    assert inbox.forget(now=paper.advance(days=20)) > 0
    assert StripeEvent.objects.count() == waiting


def test_a_backlog_is_handled_without_a_second_look_at_any_row(
    paper: Newspaper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Per 20 events: take them (in a transaction, 4); each: whose is or was it, what became."""
    StripeEvent.objects.bulk_create(
        StripeEvent(
            stripe_id=f"evt_{number}",
            type="invoice.paid",
            happened_at=paper.now,
            customer_id="cus_unknown",
            object={"invoices": ["in_1"]},
            received_at=paper.now,
            next_try_at=paper.now,
        )
        for number in range(200)
    )
    with django_assert_num_queries(10 * 4 + 200 * 3 + 3):
        handle_all(paper)
    assert set(StripeEvent.objects.values_list("tries", "outcome")) == {(1, inbox.UNKNOWN)}
