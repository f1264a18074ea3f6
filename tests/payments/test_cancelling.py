"""Cancelling: nothing more is charged, and what was paid for stays open."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest

from paywall.payments import cancelling, quoting, switching
from paywall.payments.buying import obstacle_to
from paywall.payments.gateway import GatewayUnavailable
from paywall.payments.hindrances import Hindered
from paywall.payments.switching import Agreed
from paywall.reports import recurring, subscribers
from paywall.subscriptions.leaving import By, marked
from paywall.subscriptions.models import Customer, Subscription
from paywall.subscriptions.paid import Held
from tests.payments.shop import Newspaper, failing_at

FAILS_LATER = "4000000000000341"


def charged(customer: Customer) -> int:
    return sum(customer.invoices.values_list("amount_paid", flat=True))


def past_due(paper: Newspaper) -> tuple[Customer, Subscription]:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.status == "past_due"
    return customer, subscription


def test_it_stays_open_until_the_end_of_what_is_paid(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    ends = subscription.period_ends_at
    for _ in range(2):
        cancelling.cancel(paper.stripe, subscription, now=paper.now)
        assert (subscription.status, subscription.cancels_at) == ("active", ends)
    assert subscription.entitlement is not None
    assert subscription.entitlement.ends_at == ends
    paper.advance(days=60)
    paper.update(customer)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.ended_at) == ("canceled", ends)
    assert charged(customer) == 1200


@pytest.mark.parametrize(
    ("by", "why", "told"),
    [
        (By.READER, "the reader cancelled", recurring.BY_READER),
        (By.STAFF, "staff cancelled", recurring.BY_STAFF),
        (None, "a test", recurring.AT_STRIPE),
    ],
    ids=["the reader", "staff", "somebody at Stripe"],
)
def test_who_chose_it_is_known_when_it_has_ended(
    paper: Newspaper, by: By | None, why: str, told: str
) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    if by:
        cancelling.cancel(paper.stripe, subscription, now=paper.now, by=by)
    else:
        paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
        paper.update(customer)
    assert subscription.changes.get(what="cancels_at").why == why
    paper.advance(days=60)
    paper.update(customer)  # what Stripe tells by then says nothing of who it was but this
    subscription.refresh_from_db()
    assert subscription.cancelled_by == (by or "")
    since = paper.now - timedelta(days=90)
    lives = subscribers.book([since, paper.now]).lives
    assert recurring.movements(lives, since, paper.now).stopped == {told: 1}


def test_who_stays_has_chosen_nothing(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    cancelling.cancel(paper.stripe, subscription, now=paper.now, by=By.STAFF)
    assert subscription.cancelled_by == By.STAFF
    cancelling.resume(paper.stripe, subscription, now=paper.now)
    assert subscription.cancelled_by == ""


def taken_back_at_stripe(paper: Newspaper) -> Subscription:
    """Have the reader cancel, and somebody take that back in Stripe's dashboard."""
    subscription = paper.subscribe(paper.customer())
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": False})
    paper.update(subscription.customer)
    subscription.refresh_from_db()
    return subscription


def test_nobody_has_chosen_the_end_of_what_goes_on_again(paper: Newspaper) -> None:
    subscription = taken_back_at_stripe(paper)
    assert (subscription.cancels_at, subscription.cancelled_by) == (None, "")


def test_whoever_cancels_at_stripe_later_is_not_taken_for_a_reader_who_chose_to_stay(
    paper: Newspaper,
) -> None:
    subscription = taken_back_at_stripe(paper)
    cancelling.resume(paper.stripe, subscription, now=paper.now)
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
    paper.update(subscription.customer)
    subscription.refresh_from_db()
    assert subscription.cancels_at
    assert subscription.cancelled_by == ""


def test_what_ends_unpaid_was_not_ended_by_a_reader_who_once_cancelled(paper: Newspaper) -> None:
    customer, subscription = past_due(paper)
    paper.v1.subscriptions.update(subscription.stripe_id, marked(By.READER))
    paper.advance(days=60)
    paper.update(customer)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.cancel_reason) == ("canceled", "payment_failed")
    assert subscription.cancelled_by == ""


def test_a_trial_that_is_cancelled_costs_nothing(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, trial_period_days=14)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert subscription.cancels_at == subscription.trial_ends_at
    paper.advance(days=40)
    paper.update(customer)
    assert charged(customer) == 0


def test_a_switch_that_waits_does_not_happen(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    agreed = Agreed(subscription.price_id, paper.sport.terms, paper.now, 0)
    switching.switch(paper.stripe, subscription, paper.sport, agreed, now=paper.now)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert subscription.next_price is None
    paper.advance(days=40)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert charged(customer) == 1200


def test_who_did_not_pay_ends_at_once_and_owes_nothing(paper: Newspaper) -> None:
    customer, subscription = past_due(paper)
    for _ in range(2):
        cancelling.cancel(paper.stripe, subscription, now=paper.now)
        assert (subscription.status, subscription.ended_at) == ("canceled", paper.now)
    assert sorted(customer.invoices.values_list("status", flat=True)) == ["paid", "void"]
    assert subscription.entitlement is not None
    assert subscription.entitlement.ends_at == paper.now
    paper.advance(days=60)
    paper.update(customer)
    assert charged(customer) == 1200


def test_who_disputed_the_payment_can_end_it_and_buy_anew(paper: Newspaper) -> None:
    customer = paper.customer(number="4000000000000259")
    subscription = paper.subscribe(customer)
    paper.advance(days=3)
    paper.update(customer)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.reason) == ("active", "disputed")
    with pytest.raises(Hindered, match="cancel this one first"):
        quoting.choices_for(subscription)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert subscription.status == "canceled"
    assert customer.reader
    assert obstacle_to(customer.reader, paper.sport, now=paper.now) is None


def test_it_goes_on_as_if_nothing_had_been(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    for _ in range(2):
        cancelling.resume(paper.stripe, subscription, now=paper.now)
        assert subscription.cancels_at is None
    assert subscription.entitlement is not None
    assert subscription.entitlement.ends_at == subscription.period_ends_at + timedelta(days=14)
    paper.advance(days=32)
    paper.update(customer)
    assert charged(customer) == 2400


def cancel_as_the_portal_does(paper: Newspaper, subscription: Subscription) -> None:
    """Cancel for the end of the period by its moment: so the portal does in flexible billing."""
    ends = int(subscription.period_ends_at.timestamp())
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at": ends})
    paper.update(subscription.customer)
    subscription.refresh_from_db()
    assert subscription.cancels_at == subscription.period_ends_at


def test_what_was_cancelled_in_the_portal_goes_on_too(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    cancel_as_the_portal_does(paper, subscription)
    cancelling.resume(paper.stripe, subscription, now=paper.now)
    assert subscription.cancels_at is None


def test_one_that_staff_let_end_later_can_be_cancelled_for_now(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    half_a_year = int((paper.now + timedelta(days=180)).timestamp())
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at": half_a_year})
    paper.update(customer)
    subscription.refresh_from_db()
    assert not Held(subscription, None, paper.now).is_cancelled  # more is charged
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert subscription.cancels_at == subscription.period_ends_at
    assert Held(subscription, None, paper.now).is_cancelled
    paper.advance(days=90)
    paper.update(customer)
    assert charged(customer) == 1200


@pytest.mark.parametrize("name", ["year", "sport"])
def test_who_switches_after_cancelling_in_the_portal_stays(paper: Newspaper, name: str) -> None:
    subscription, price = paper.subscribe(paper.customer()), getattr(paper, name)
    cancel_as_the_portal_does(paper, subscription)
    quote = quoting.quote(paper.stripe, subscription, price, now=paper.now)
    agreed = Agreed(subscription.price_id, price.terms, quote.at, quote.due)
    switching.switch(paper.stripe, subscription, price, agreed, now=paper.now)
    assert subscription.cancels_at is None
    assert price in (subscription.price, subscription.next_price)


def test_nothing_goes_on_that_is_over(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    paper.advance(days=40)
    with pytest.raises(Hindered, match="over"):
        cancelling.resume(paper.stripe, subscription, now=paper.now)
    assert subscription.status == "canceled"


@pytest.mark.parametrize("kind", ["timeout", "answer_lost", "broken"])
@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("state", ["active", "waiting", "past due"])
def test_whatever_breaks_off_ends_right_when_repeated(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, state: str, at: int, kind: Any
) -> None:
    if state == "past due":
        customer, subscription = past_due(paper)
    else:
        customer = paper.customer()
        subscription = paper.subscribe(customer)
    if state == "waiting":
        agreed = Agreed(subscription.price_id, paper.sport.terms, paper.now, 0)
        switching.switch(paper.stripe, subscription, paper.sport, agreed, now=paper.now)
    with monkeypatch.context() as patch, contextlib.suppress(GatewayUnavailable):
        failing_at(paper, patch, at, kind)
        cancelling.cancel(paper.stripe, subscription, now=paper.now)
    paper.sandbox.faults.clear()
    again = Subscription.objects.get(pk=subscription.pk)
    cancelling.cancel(paper.stripe, again, now=paper.now)
    assert again.next_price is None
    assert again.cancels_at or again.status == "canceled"
    paper.advance(days=40)
    paper.update(customer)
    again.refresh_from_db()
    assert again.status == "canceled"
    assert charged(customer) == 1200
    assert not customer.invoices.filter(status="open").exists()


@pytest.mark.parametrize("kind", ["timeout", "answer_lost"])
@pytest.mark.parametrize("at", range(3))
def test_resuming_that_breaks_off_ends_right_when_repeated(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, at: int, kind: Any
) -> None:
    subscription = paper.subscribe(paper.customer())
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    with monkeypatch.context() as patch, contextlib.suppress(GatewayUnavailable):
        failing_at(paper, patch, at, kind)
        cancelling.resume(paper.stripe, subscription, now=paper.now)
    paper.sandbox.faults.clear()
    again = Subscription.objects.get(pk=subscription.pk)
    cancelling.resume(paper.stripe, again, now=paper.now)
    assert (again.status, again.cancels_at) == ("active", None)


@pytest.mark.parametrize("at", range(6))
def test_an_answer_lost_once_is_not_noticed(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    customer, subscription = past_due(paper)
    with monkeypatch.context() as patch:
        failing_at(paper, patch, at, "answer_lost", times=1)
        cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert subscription.status == "canceled"
    assert not customer.invoices.filter(status="open").exists()
