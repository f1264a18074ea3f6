"""What the desk does about money: each asks Stripe once, and is told in the trail."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Reader
from paywall import clock, tasks
from paywall.subscriptions.models import Customer, Subscription
from paywall.trail.models import StaffAction
from tests.payments.shop import Newspaper
from tests.staff.desk import at_the_desk, do, page_of, words


@pytest.fixture
def desk(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: paper.now)
    return at_the_desk()


@pytest.fixture
def paying(paper: Newspaper) -> Subscription:
    return paper.subscribe(paper.customer())


def reader_of(subscription: Subscription) -> Reader:
    reader = subscription.customer.reader
    assert reader
    return reader


def outcome() -> str:
    return StaffAction.objects.latest("pk").outcome


def payment(subscription: Subscription) -> dict[str, Any]:
    return {"payment": f"invoice:{subscription.invoices.get().pk}"}


def test_a_part_is_given_back_and_ends_nothing(desk: Client, paying: Subscription) -> None:
    reader = reader_of(paying)
    for amount, given in (("3.00", 300), ("99", 300), ("0", 300), ("2.50", 550)):
        do(desk, reader, "refund", **payment(paying), amount=amount)
        assert paying.invoices.get().amount_refunded == given, amount
    paying.refresh_from_db()
    assert paying.status == "active"
    assert outcome() == "€2.50 goes back to their card or account."


def test_all_of_it_is_given_back_and_ends_what_it_paid_for(
    desk: Client, paying: Subscription
) -> None:
    reader = reader_of(paying)
    do(desk, reader, "refund", **payment(paying))
    paying.refresh_from_db()
    assert (paying.status, paying.invoices.get().amount_refunded) == ("canceled", 1200)
    assert "There is nothing to give back." in words(desk, page_of(reader, "refund"))


def test_it_is_cancelled_and_resumed(desk: Client, paying: Subscription) -> None:
    reader = reader_of(paying)
    do(desk, reader, "cancel", subscription=paying.pk)
    paying.refresh_from_db()
    assert paying.cancels_at
    assert paying.changes.get(what="cancels_at").why == "staff cancelled"
    assert paying.cancelled_by == "staff"
    assert "is cancelled, and paid until" in words(desk, page_of(reader))
    do(desk, reader, "resume", subscription=paying.pk)
    paying.refresh_from_db()
    assert not paying.cancels_at


def test_somebody_elses_subscription_is_no_choice(
    desk: Client, paper: Newspaper, paying: Subscription
) -> None:
    other = paper.customer("other@example.com")
    assert other.reader
    paper.subscribe(other)
    do(desk, other.reader, "cancel", subscription=paying.pk)
    do(desk, other.reader, "refund", **payment(paying))
    paying.refresh_from_db()
    assert (paying.cancels_at, paying.invoices.get().amount_refunded) == (None, 0)
    assert not StaffAction.objects.exists()


def test_stripe_away_is_a_sentence_and_in_the_trail(
    desk: Client, paper: Newspaper, paying: Subscription
) -> None:
    paper.sandbox.faults.add("refuse", times=3)
    response = do(desk, reader_of(paying), "cancel", subscription=paying.pk)
    assert response.status_code == 302
    assert outcome().startswith("Stripe did not answer, so it may have happened")
    paper.sandbox.faults.clear()
    do(desk, reader_of(paying), "cancel", subscription=paying.pk)
    assert outcome() == "It is cancelled. Nothing more is charged."


@pytest.mark.parametrize("owes", [True, False])
def test_a_link_leads_to_what_is_owed_or_to_a_package(
    desk: Client, paper: Newspaper, owes: bool
) -> None:
    customer = paper.customer(number="4000000000000341" if owes else "4242424242424242")
    assert customer.reader
    if owes:
        failing(paper, customer)
        invoice = customer.invoices.get(status="open")
        chosen, link = f"invoice:{invoice.pk}", invoice.page
    else:
        chosen, link = f"price:{paper.month.pk}", f"/subscribe/{paper.month.public_id}/"
    do(desk, customer.reader, "payment-link", what=chosen)
    tasks.send_letters()
    assert link in mail.outbox[-1].body
    assert "€12.00" in mail.outbox[-1].body


def failing(paper: Newspaper, customer: Customer) -> None:
    """Have a customer subscribe whose first renewal the bank declines."""
    paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)


def test_what_was_not_paid_is_not_said_to_be_paid(desk: Client, paper: Newspaper) -> None:
    customer = paper.customer(number="4000000000000341")
    assert customer.reader
    paper.subscribe(customer)
    assert "<dt>Paid until</dt><dd>23 December 2026</dd>" in words(desk, page_of(customer.reader))
    paper.advance(days=32)
    paper.update(customer)
    said = words(desk, page_of(customer.reader))
    assert "<dt>Not paid since</dt><dd>23 December 2026</dd>" in said
    assert "Paid until" not in said
