"""What follows from the records is done at Stripe, once, and put before staff."""

import contextlib
from typing import Any

import pytest
from django.conf import LazySettings

from paywall.entitlements.models import Entitlement
from paywall.payments import aftercare
from paywall.payments.gateway import GatewayRefused, GatewayUnavailable
from paywall.payments.models import Concern
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import Customer, Subscription
from tests.payments.shop import Newspaper, failing_at, stripe_id
from tests.payments.telling import events, handle_all, keep

FAILS_LATER = "4000000000000341"


def two_at_once(paper: Newspaper) -> tuple[Customer, Subscription, Subscription]:
    """Return a customer who subscribed twice, a minute apart."""
    customer = paper.customer()
    first = paper.subscribe(customer)
    paper.advance(minutes=1)
    return customer, first, paper.subscribe(customer, paper.year)


def refunds(paper: Newspaper) -> list[dict[str, Any]]:
    return list(paper.sandbox.store.all("refund"))


def test_the_later_of_two_is_refunded_and_cancelled(paper: Newspaper) -> None:
    customer, first, second = two_at_once(paper)
    for _ in range(2):
        aftercare.look_after(paper.stripe, customer, now=paper.now)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.reason, second.status) == ("paid", "canceled")
        assert [refund["amount"] for refund in refunds(paper)] == [12_000]
    assert Entitlement.objects.in_force(paper.now).get() == first.entitlement
    concern = Concern.objects.get()
    assert concern.settled_at


def test_events_alone_end_a_double(paper: Newspaper) -> None:
    two_at_once(paper)
    keep(paper, *events(paper))
    handle_all(paper)
    assert Subscription.objects.running().get().price == paper.month
    assert len(refunds(paper)) == 1


def test_where_staff_decide_nothing_is_done(paper: Newspaper, settings: LazySettings) -> None:
    settings.DOUBLE_SUBSCRIPTIONS = "staff"
    customer, _, second = two_at_once(paper)
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert Subscription.objects.running().count() == 2
    assert not refunds(paper)
    assert Concern.objects.get(settled_at=None).key == f"double:{second.stripe_id}"


def test_a_second_one_that_was_paid_more_than_once_is_for_staff(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, paper.year)
    paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert Subscription.objects.running().count() == 2
    assert Concern.objects.filter(settled_at=None).exists()


def test_one_that_ends_by_itself_is_no_double(paper: Newspaper) -> None:
    customer = paper.customer()
    first = paper.subscribe(customer)
    paper.v1.subscriptions.update(first.stripe_id, {"cancel_at_period_end": True})
    paper.subscribe(customer, paper.year)
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert Subscription.objects.running().count() == 2
    assert not Concern.objects.exists()


def test_of_two_of_which_one_has_ended_the_other_stays(paper: Newspaper) -> None:
    customer, first, second = two_at_once(paper)
    paper.v1.subscriptions.cancel(first.stripe_id)  # and we have not heard of it
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    second.refresh_from_db()
    assert second.reason == "paid"
    assert not refunds(paper)


def test_somebody_else_who_refunded_and_cancelled_is_no_trouble(paper: Newspaper) -> None:
    _, _, second = two_at_once(paper)
    invoice = second.invoices.get()
    paper.v1.refunds.create({"payment_intent": invoice.payment_intent})
    paper.v1.subscriptions.cancel(second.stripe_id)
    aftercare._refund(paper.stripe, invoice, "duplicate", paper.now)
    aftercare._cancel(paper.stripe, second, why="a test", by=By.PAPER, now=paper.now)
    assert not Concern.objects.exists()
    assert len(refunds(paper)) == 1


def test_a_refunded_period_is_cancelled_at_stripe(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.v1.refunds.create({"payment_intent": subscription.invoices.get().payment_intent})
    paper.update(customer)
    assert list(aftercare.in_want()) == [customer]
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert not aftercare.in_want().exists()


def test_what_cannot_be_cancelled_is_before_staff(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise GatewayRefused("Stripe refused.")

    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.v1.refunds.create({"payment_intent": subscription.invoices.get().payment_intent})
    paper.update(customer)
    monkeypatch.setattr(paper.stripe, "cancel_subscription", refuse)
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert Concern.objects.get().kind == "not_cancelled"


def ended_unpaid(paper: Newspaper) -> tuple[Customer, Subscription]:
    """Return a customer whose subscription ended after the card failed again and again."""
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=75)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert subscription.invoices.filter(status="open").exists()
    return customer, subscription


def open_at_stripe(paper: Newspaper) -> list[Any]:
    return [each for each in paper.sandbox.store.all("invoice") if each["status"] == "open"]


def test_what_has_ended_can_be_paid_no_more(paper: Newspaper) -> None:
    customer, subscription = ended_unpaid(paper)
    assert list(aftercare.in_want()) == [customer]
    for _ in range(2):
        aftercare.look_after(paper.stripe, customer, now=paper.now)
        assert not open_at_stripe(paper)
        assert not subscription.invoices.filter(status="open").exists()
        assert subscription.invoices.filter(status="void").exists()
        assert not aftercare.in_want().exists()


@pytest.mark.parametrize("kind", ["timeout", "answer_lost"])
@pytest.mark.parametrize("at", range(3))
def test_voiding_that_broke_off_is_done_by_the_next(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, at: int, kind: Any
) -> None:
    customer, subscription = ended_unpaid(paper)
    with monkeypatch.context() as patch, contextlib.suppress(GatewayUnavailable):
        failing_at(paper, patch, at, kind)
        aftercare.look_after(paper.stripe, customer, now=paper.now)
    paper.sandbox.faults.clear()
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert not open_at_stripe(paper)
    assert not subscription.invoices.filter(status="open").exists()
    assert not aftercare.in_want().exists()


def test_an_invoice_paid_before_it_could_be_voided_is_recorded_as_paid(paper: Newspaper) -> None:
    customer, subscription = ended_unpaid(paper)
    for invoice in open_at_stripe(paper):
        paper.v1.invoices.pay(invoice["id"], {"paid_out_of_band": True})
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert not subscription.invoices.filter(status__in=["open", "void"]).exists()


def test_what_may_still_be_paid_stays_open(paper: Newspaper) -> None:
    customer = paper.customer(number=FAILS_LATER)
    paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    assert not aftercare.in_want().exists()
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert len(open_at_stripe(paper)) == 1


def test_a_foreign_price_is_before_staff_once(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    product = paper.v1.products.create({"name": "Mugs"})
    mugs = paper.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 900,
         "recurring": {"interval": "month"}}
    )  # fmt: skip
    theirs = paper.v1.subscriptions.retrieve(subscription.stripe_id)
    item = {"id": theirs["items"].data[0].id, "price": mugs.id}
    paper.v1.subscriptions.update(subscription.stripe_id, {"items": [item]})
    for _ in range(2):
        paper.update(customer)
    assert Concern.objects.get().key == f"foreign_price:{subscription.stripe_id}:{mugs.id}"
    assert stripe_id(paper.month) != mugs.id
    subscription.refresh_from_db()
    assert subscription.price == paper.month
