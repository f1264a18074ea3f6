"""Switching: what is shown is what is charged, and what fails changes nothing."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Terms
from paywall.payments import quoting, switching
from paywall.payments.gateway import GatewayDeclined, GatewayUnavailable
from paywall.payments.hindrances import ChangedMeanwhile, Hindered
from paywall.payments.quoting import Quote
from paywall.payments.switching import Agreed
from paywall.subscriptions.models import Customer, Subscription
from paywall.subscriptions.paid import next_payment_of
from paywall.subscriptions.switches import Way
from tests.catalog.packages import INTRODUCTORY, make_price
from tests.payments.shop import Newspaper, failing_at, publish, stripe_id

FAILS_LATER = "4000000000000341"


def agree(paper: Newspaper, subscription: Subscription, price: Price) -> tuple[Quote, Agreed]:
    quote = quoting.quote(paper.stripe, subscription, price, now=paper.now)
    return quote, Agreed(subscription.price_id, price.terms, quote.at, quote.due)


def switch(paper: Newspaper, subscription: Subscription, price: Price) -> Quote:
    quote, agreed = agree(paper, subscription, price)
    switching.switch(paper.stripe, subscription, price, agreed, now=paper.now)
    return quote


def names(subscription: Subscription) -> set[tuple[str, str, str]]:
    return {
        (one.price.package.name, one.price.interval, one.way.value)
        for one in quoting.choices_for(subscription)
    }


def test_what_is_offered(paper: Newspaper) -> None:
    hidden = make_price(replace(INTRODUCTORY, amount=2000), name="Hidden", listed=False)
    make_price(replace(INTRODUCTORY, amount=2000, currency="USD"), name="Dollars")
    publish(paper)
    make_price(replace(INTRODUCTORY, amount=3000), name="Not published yet")
    assert hidden.pk
    subscription = paper.subscribe(paper.customer())
    assert names(subscription) == {
        ("Everything", "year", "paid"),
        ("Sport", "month", "later"),
    }


def test_the_new_price_of_ones_own_package_is_offered_only_if_lower(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    pricing.sell(paper.month, paper.month.terms, now=paper.now)
    dearer = pricing.change(paper.month, replace(paper.month.terms, amount=1500), now=paper.now)
    publish(paper)
    assert ("Everything", "month", "paid") not in names(subscription)
    cheaper = pricing.change(dearer, replace(dearer.terms, amount=1000), now=paper.now)
    publish(paper)
    assert cheaper.retired_at is None
    assert ("Everything", "month", "later") in names(subscription)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=11, hours=7, seconds=13)])
def test_up_charges_to_the_cent_what_was_shown(paper: Newspaper, later: timedelta) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    paper.advance(seconds=later.total_seconds())
    quote, agreed = agree(paper, subscription, paper.month)
    paper.advance(minutes=20)  # the reader thinks it over
    switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert quote.way is Way.PAID
    assert 0 < quote.due <= 700
    assert quote.due == quote.charged - quote.credited
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert (invoice.status, invoice.amount_paid) == ("paid", quote.due)
    assert subscription.price == paper.month
    assert quote.paid_from == subscription.period_ends_at
    assert subscription.entitlement is not None
    assert subscription.entitlement.everything
    assert subscription.changes.filter(what="price", why=switching.WHY).count() == 1


def test_from_the_month_to_the_year_begins_a_year_today(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    paper.advance(days=10)
    quote = switch(paper, subscription, paper.year)
    assert quote.charged == 12000
    assert quote.due == 12000 - quote.credited
    assert quote.paid_from == subscription.period_ends_at
    assert subscription.period_ends_at > paper.now + timedelta(days=364)
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert invoice.amount_paid == quote.due


def introduced(paper: Newspaper, terms: Terms) -> tuple[Customer, Subscription]:
    """Return a reader who has a package at its introductory price."""
    intro = make_price(terms, name="Local", slug="local")
    publish(paper)
    customer = paper.customer()
    offer = [{"coupon": paper.coupon_of(intro)}]
    return customer, paper.subscribe(customer, intro, discounts=offer)


def discounts(paper: Newspaper, subscription: Subscription) -> list[Any]:
    return list(paper.v1.subscriptions.retrieve(subscription.stripe_id).discounts)


LOCAL = replace(INTRODUCTORY, amount=900)  # and the first three months at 1.00


def test_an_introductory_discount_ends_with_a_switch_up(paper: Newspaper) -> None:
    customer, subscription = introduced(paper, LOCAL)
    assert subscription.invoices.get().amount_paid == 100
    quote = switch(paper, subscription, paper.month)
    assert (quote.charged, quote.credited, quote.due) == (1200, 100, 1100)
    assert not quote.reduced
    assert not quote.discounted
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert invoice.amount_paid == 1100
    assert subscription.discount_ends_at is None
    paper.advance(days=31)
    paper.update(customer)
    assert subscription.invoices.latest("made_at").amount_paid == 1200


def test_an_introductory_discount_ends_with_a_switch_in_the_middle(paper: Newspaper) -> None:
    _, subscription = introduced(paper, LOCAL)
    paper.advance(days=10)
    quote = switch(paper, subscription, paper.month)
    assert (quote.charged, quote.credited, quote.due) == (800, 67, 733)
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert invoice.amount_paid == 733


def test_an_introductory_discount_ends_with_a_switch_down(paper: Newspaper) -> None:
    customer, subscription = introduced(paper, INTRODUCTORY)
    paper.advance(days=3)
    quote = switch(paper, subscription, paper.sport)
    assert (quote.way, quote.due, quote.discounted) == (Way.LATER, 0, False)
    assert len(discounts(paper, subscription)) == 1
    coming = next_payment_of(subscription)
    assert (coming.price, coming.amount, coming.discounted) == (paper.sport, 500, False)
    paper.advance(days=29)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.price == paper.sport
    assert subscription.invoices.latest("made_at").amount_paid == 500
    assert not discounts(paper, subscription)


def test_an_introductory_discount_stays_with_a_switch_called_off(paper: Newspaper) -> None:
    customer, subscription = introduced(paper, INTRODUCTORY)
    ends = subscription.discount_ends_at
    switch(paper, subscription, paper.sport)
    assert subscription.discount_ends_at == subscription.period_ends_at
    switching.call_off(paper.stripe, subscription, now=paper.now)
    assert subscription.discount_ends_at == ends
    paper.advance(days=32)
    paper.update(customer)
    assert subscription.invoices.latest("made_at").amount_paid == 100


def test_an_introductory_discount_ends_with_a_switch_that_costs_nothing(paper: Newspaper) -> None:
    customer, subscription = introduced(paper, INTRODUCTORY)
    quote = switch(paper, subscription, paper.month)
    assert (quote.way, quote.due, quote.discounted) == (Way.FREE, 0, False)
    paper.advance(days=32)
    paper.update(customer)
    paid = subscription.invoices.order_by("made_at").values_list("amount_paid", flat=True)
    assert list(paid) == [100, 1200]


def test_an_introductory_discount_ends_with_a_switch_to_the_year(paper: Newspaper) -> None:
    _, subscription = introduced(paper, INTRODUCTORY)
    quote = switch(paper, subscription, paper.year)
    assert (quote.charged, quote.credited, quote.due) == (12000, 100, 11900)
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert invoice.amount_paid == 11900


@pytest.mark.parametrize("target", ["month", "cheap"])
def test_a_promotion_code_goes_along(paper: Newspaper, target: str) -> None:
    cheap = make_price(replace(paper.sport.terms, amount=400), name="Culture", slug="culture")
    publish(paper)
    half = {"percent_off": 50, "duration": "repeating", "duration_in_months": 6}
    coupon = paper.v1.coupons.create(half)
    promotion = {"type": "coupon", "coupon": coupon.id}
    code = paper.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport, discounts=[{"promotion_code": code.id}])
    quote = switch(paper, subscription, paper.month if target == "month" else cheap)
    assert quote.discounted
    assert quote.due == (350 if target == "month" else 0)
    paper.advance(days=32)
    paper.update(customer)
    paid = subscription.invoices.values_list("amount_paid", flat=True)
    assert sorted(paid) == ([250, 350, 600] if target == "month" else [200, 250])


def test_down_waits_until_the_time_paid_for_is_over(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.advance(days=3)
    quote = switch(paper, subscription, paper.sport)
    assert (quote.way, quote.due) == (Way.LATER, 0)
    assert subscription.price == paper.month
    assert subscription.next_price == paper.sport
    assert subscription.next_price_at == subscription.period_ends_at == quote.paid_from
    assert subscription.invoices.count() == 1
    paper.advance(days=29)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.price == paper.sport
    assert subscription.next_price_at is None
    assert subscription.invoices.latest("made_at").amount_paid == 500
    assert subscription.entitlement is not None
    assert not subscription.entitlement.everything
    paper.advance(days=31)
    paper.update(customer)
    assert subscription.invoices.latest("made_at").amount_paid == 500
    assert subscription.invoices.count() == 3


def test_from_the_year_to_the_month_at_the_end_of_the_year(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.year)
    switch(paper, subscription, paper.month)
    paper.advance(days=366)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.price == paper.month
    assert subscription.invoices.latest("made_at").amount_paid == 1200
    assert subscription.period_ends_at < paper.now + timedelta(days=32)


def test_a_waiting_switch_is_called_off(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    switch(paper, subscription, paper.sport)
    for _ in range(2):
        switching.call_off(paper.stripe, subscription, now=paper.now)
        assert subscription.next_price is None
    paper.advance(days=32)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.price == paper.month


def test_a_new_choice_replaces_the_one_that_waits(paper: Newspaper) -> None:
    culture = make_price(replace(paper.sport.terms, amount=400), name="Culture", slug="culture")
    publish(paper)
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    switch(paper, subscription, paper.sport)
    switch(paper, subscription, culture)
    assert subscription.next_price == culture
    switch(paper, subscription, paper.year)
    assert subscription.price == paper.year
    assert subscription.next_price_at is None
    paper.advance(days=40)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.price == paper.year


def test_a_trial_is_switched_for_nothing_and_ends_when_it_would(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, trial_period_days=14)
    ends = subscription.trial_ends_at
    for price in (paper.sport, paper.year):
        quote = switch(paper, subscription, price)
        assert (quote.way, quote.due, quote.paid_from) == (Way.FREE, 0, ends)
        assert (subscription.price, subscription.trial_ends_at) == (price, ends)
    paper.advance(days=15)
    paper.update(customer)
    subscription.refresh_from_db()
    assert [one.amount_paid for one in subscription.invoices.order_by("made_at")] == [0, 12000]


def test_the_same_amount_moves_no_money(paper: Newspaper) -> None:
    other = make_price(paper.month.terms, name="Everything else", slug="else")
    publish(paper)
    subscription = paper.subscribe(paper.customer())
    paper.advance(days=3)
    assert switch(paper, subscription, other).way is Way.FREE
    assert subscription.price == other
    assert subscription.invoices.count() == 1


@pytest.mark.parametrize("target", ["year", "sport"])
def test_switching_takes_a_cancellation_back(paper: Newspaper, target: str) -> None:
    subscription = paper.subscribe(paper.customer(), cancel_at_period_end=True)
    assert subscription.cancels_at
    switch(paper, subscription, getattr(paper, target))
    assert subscription.cancels_at is None
    assert getattr(paper, target) in (subscription.price, subscription.next_price)


def test_a_declined_card_changes_nothing_and_a_good_one_does_later(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    switch(paper, subscription, paper.sport)  # waits
    _, agreed = agree(paper, subscription, paper.year)
    paper.sandbox.decline_next = 1
    with pytest.raises(GatewayDeclined):
        switching.switch(paper.stripe, subscription, paper.year, agreed, now=paper.now)
    paper.update(customer)
    subscription.refresh_from_db()
    assert (subscription.price, subscription.next_price) == (paper.month, paper.sport)
    assert subscription.invoices.count() == 1
    switching.switch(paper.stripe, subscription, paper.year, agreed, now=paper.now)
    assert subscription.price == paper.year
    assert subscription.next_price_at is None


def test_past_due_pays_first(paper: Newspaper) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    subscription.refresh_from_db()
    with pytest.raises(Hindered, match="Pay it first"):
        quoting.choices_for(subscription)
    with pytest.raises(Hindered, match="Pay it first"):
        quoting.quote(paper.stripe, subscription, paper.year, now=paper.now)


def test_the_same_yes_again_changes_nothing(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    paper.advance(days=3)
    _, agreed = agree(paper, subscription, paper.month)
    for _ in range(3):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert subscription.invoices.count() == 2


def test_a_yes_to_what_is_no_longer_true_does_nothing(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    paper.advance(days=3)
    _, agreed = agree(paper, subscription, paper.month)
    item = paper.v1.subscriptions.retrieve(subscription.stripe_id)["items"].data[0].id
    switched = {"items": [{"id": item, "price": stripe_id(paper.year)}]}
    paper.v1.subscriptions.update(subscription.stripe_id, switched)
    with pytest.raises(ChangedMeanwhile):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert subscription.price == paper.year  # and now we know
    with pytest.raises(ChangedMeanwhile):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)


def test_a_yes_from_before_the_renewal_does_nothing(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    paper.advance(days=30, hours=-1)
    _, agreed = agree(paper, subscription, paper.month)
    paper.advance(hours=3)
    with pytest.raises(ChangedMeanwhile):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert subscription.price == paper.sport
    switch(paper, subscription, paper.month)
    assert subscription.price == paper.month


def test_a_clock_of_ours_that_is_slow_after_a_renewal_is_no_hindrance(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    slow = paper.now - timedelta(seconds=20)
    quote = quoting.quote(paper.stripe, subscription, paper.month, now=slow)
    assert quote.due == 700


def test_another_amount_than_agreed_is_not_charged(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    paper.advance(days=3)
    _, agreed = agree(paper, subscription, paper.month)
    paper.v1.customers.update(customer.stripe_id, {"balance": 300})
    with pytest.raises(ChangedMeanwhile):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert subscription.invoices.count() == 1


def test_a_price_retired_or_changed_meanwhile_is_not_sold(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    _, agreed = agree(paper, subscription, paper.month)
    pricing.change(paper.month, replace(paper.month.terms, amount=1300), now=paper.now)
    with pytest.raises(Hindered):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    paper.month.refresh_from_db()
    _, agreed = agree(paper, subscription, paper.month)
    with pytest.raises(Hindered):  # Stripe has not been told of the new amount
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    pricing.retire(paper.month, now=paper.now)
    with pytest.raises(Hindered):
        switching.switch(paper.stripe, subscription, paper.month, agreed, now=paper.now)
    assert subscription.price == paper.sport


def test_selling_marks_the_price_as_sold(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    switch(paper, subscription, paper.month)
    paper.month.refresh_from_db()
    assert paper.month.first_sold_at == paper.now


@pytest.mark.parametrize("kind", ["timeout", "answer_lost", "broken"])
@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("target", ["month", "sport", "back"])
def test_whatever_breaks_off_ends_right_when_repeated(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, target: str, at: int, kind: Any
) -> None:
    """One call to Stripe after another fails for good; the reader tries once more."""
    customer = paper.customer()
    bought = {"month": paper.sport, "sport": paper.month, "back": paper.sport}[target]
    wanted = {"month": paper.month, "sport": paper.sport, "back": paper.year}[target]
    subscription = paper.subscribe(customer, bought, cancel_at_period_end=target == "back")
    paper.advance(days=3)
    quote, agreed = agree(paper, subscription, wanted)
    with monkeypatch.context() as patch, contextlib.suppress(GatewayUnavailable):
        failing_at(paper, patch, at, kind)
        switching.switch(paper.stripe, subscription, wanted, agreed, now=paper.now)
    paper.sandbox.faults.clear()
    again = Subscription.objects.get(pk=subscription.pk)
    try:
        switching.switch(paper.stripe, again, wanted, agreed, now=paper.now)
    except ChangedMeanwhile:
        switch(paper, again, wanted)
    paper.update(customer)
    again.refresh_from_db()
    assert wanted in (again.price, again.next_price)
    assert again.cancels_at is None
    updates = again.invoices.filter(billing_reason="subscription_update")
    assert [one.amount_paid for one in updates] == ([] if target == "sport" else [quote.due])


def test_choosing_asks_four_questions_however_much_is_sold(
    paper: Newspaper, django_assert_num_queries: Any
) -> None:
    subscription = paper.subscribe(paper.customer())
    subscription = Subscription.objects.select_related("price__package").get(pk=subscription.pk)
    assert Package.objects.count() == 3
    with django_assert_num_queries(4):
        quoting.choices_for(subscription)
