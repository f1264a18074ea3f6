"""A reader's own page: what they pay, when next, and what became of it. Stripe is not asked."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from paywall.catalog import pricing
from paywall.metering.rules import rules_in_force
from paywall.payments import buying, cancelling, quoting, switching
from paywall.payments.hindrances import Hindered
from paywall.payments.switching import Agreed
from paywall.subscriptions.models import Customer
from tests.catalog.packages import INTRODUCTORY, make_price
from tests.gate.test_queries import asked_by
from tests.making import make_reader
from tests.payments.shop import Newspaper, publish, stripe_id
from tests.stripe_sandbox.disputes import close_dispute, open_dispute
from tests.stripe_sandbox.paying import pay

FAILS_LATER = "4000000000000341"


@pytest.fixture(autouse=True)
def _no_stripe_on_this_page(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when showing the page asks Stripe anything."""
    get = Client.get

    def silent(client: Client, *args: object, **kwargs: object) -> object:
        fault = paper.sandbox.faults.add("refuse", times=100)
        response = get(client, *args, **kwargs)  # type: ignore[arg-type]
        assert fault.times == 100, "the page asked Stripe"
        paper.sandbox.faults.clear()
        return response

    monkeypatch.setattr(Client, "get", silent)


@pytest.fixture
def words(paper: Newspaper) -> Callable[[Customer], str]:
    """Return what stands on somebody's page, without tags, at the sandbox's moment."""

    def read(customer: Customer) -> str:
        assert customer.reader
        client = Client()
        with time_machine.travel(paper.now, tick=False):
            client.force_login(customer.reader)
            page = client.get("/account/")
        assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
        main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        said = " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
        for ours in ("past due", "past_due", "entitle", "lapsed", "meter", "None", "incomplete"):
            assert ours not in said.replace("None yet.", ""), ours
        return said

    return read


Words = Callable[[Customer], str]


def test_what_is_paid_when_next_and_with_which_card(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    said = words(customer)
    assert "Everything €12.00 a month" in said
    assert "Next payment €12.00 on 23 December 2026" in said
    assert "Visa ending in 4242, valid until December 2040" in said
    assert "With your subscription, as long as it runs" in said
    assert re.search(r"23 November 2026 €12.00 Paid · No. \S+ Receipt for invoice \S+ PDF", said)
    assert "See the packages" not in said


def test_who_never_paid_sees_nothing_of_it(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    said = words(customer)
    assert "Your subscription" not in said
    assert "Your payments" not in said
    assert "7 of 7 free premium stories left this month" in said
    assert "See the packages" in said


def test_cancelled(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    cancelling.cancel(paper.stripe, paper.subscribe(customer), now=paper.now)
    said = words(customer)
    assert "Ends on 23 December 2026. Nothing more is charged" in said
    assert "With your subscription, until 23 December 2026" in said
    assert "Keep my subscription" in said
    assert "Next payment" not in said
    paper.advance(days=40)
    paper.update(customer)
    said = words(customer)
    assert "Ended 23 December 2026. Nothing more is charged." in said
    assert "See the packages" in said
    assert "Cancel your subscription" not in said


def test_a_failed_payment_in_plain_words(paper: Newspaper, words: Words) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=31)
    paper.update(customer)
    said = words(customer)
    assert "We could not take the payment of €12.00 on 23 December 2026." in said
    assert "You can read on until 6 January 2027." in said
    assert "We try your card again on 26 December." in said
    assert "Pay €12.00 now" in said
    assert "To be paid" in said
    assert subscription.invoices.filter(status="open").get().page
    paper.sandbox.when_retries_fail = "past_due"
    paper.advance(days=20)
    paper.update(customer)
    said = words(customer)
    assert "Premium stories are closed until it is paid." in said


def test_a_switch_that_waits(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    agreed = Agreed(subscription.price_id, paper.sport.terms, paper.now, 0)
    switching.switch(paper.stripe, subscription, paper.sport, agreed, now=paper.now)
    said = words(customer)
    assert "Next payment €5.00 on 23 December 2026" in said
    assert "From 23 December 2026 Sport, €5.00 a month" in said
    assert "Stay with Everything, €12.00 a month" in said


def test_a_trial(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    paper.subscribe(customer, trial_period_days=14)
    said = words(customer)
    assert "First payment €12.00 on 7 December 2026. Until then you read for free" in said
    assert "Your payments" not in said  # an invoice of nothing is none


def test_an_introductory_offer_and_what_comes_after(paper: Newspaper, words: Words) -> None:
    intro = make_price(INTRODUCTORY, name="Local", slug="local")
    publish(paper)
    customer = paper.customer()
    paper.subscribe(customer, intro, discounts=[{"coupon": paper.coupon_of(intro)}])
    said = words(customer)
    assert "Next payment €1.00 on 23 December 2026" in said
    assert "You pay less until 23 February 2027, then €12.00 a month" in said
    paper.advance(days=65)
    paper.update(customer)
    said = words(customer)
    assert "Next payment €12.00 on 23 February 2027" in said
    assert "You pay less" not in said


def test_a_discount_of_which_we_do_not_know_how_much(paper: Newspaper, words: Words) -> None:
    coupon = paper.v1.coupons.create(
        {"percent_off": 50, "duration": "repeating", "duration_in_months": 6}
    )
    customer = paper.customer()
    paper.subscribe(customer, discounts=[{"coupon": coupon.id}])
    assert "Next payment €12.00, less your discount, on 23 December 2026" in words(customer)


def test_refunds_in_words(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    intent = subscription.invoices.get().payment_intent
    paper.v1.refunds.create({"payment_intent": intent, "amount": 200})
    paper.update(customer)
    assert "Paid; €2.00 of it given back" in words(customer)
    paper.v1.refunds.create({"payment_intent": intent})
    paper.update(customer)
    said = words(customer)
    assert "Given back on 23 November 2026" in said
    assert "We gave your last payment back, and nothing more is charged." in said
    assert "Next payment" not in said


def test_a_disputed_payment_closes_it_and_it_can_be_ended(paper: Newspaper, words: Words) -> None:
    customer = paper.customer(number="4000000000000259")
    paper.subscribe(customer)
    paper.advance(days=3)
    paper.update(customer)
    said = words(customer)
    assert "Your bank is asking for a payment back" in said
    assert "The subscription renews on 23 December 2026 all the same, unless you cancel it." in said
    assert "Cancel your subscription" in said
    assert "Nothing more is charged" not in said
    assert "Switch package" not in said


def test_a_card_that_expires_before_the_next_payment(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    subscription.card_ends_date = paper.now.date().replace(month=12, day=1)
    subscription.save()
    said = words(customer)
    assert "valid until November 2026" in said
    assert "It expires before your next payment." in said


def test_passes(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    session = paper.v1.checkout.sessions.create(
        {"mode": "payment", "customer": customer.stripe_id, "success_url": "https://p.example/",
         "line_items": [{"price": stripe_id(paper.day), "quantity": 1}]}
    )  # fmt: skip
    pay(paper.sandbox, session.id, "4242424242424242")
    paper.touch(customer, sessions=session.id)
    said = words(customer)
    assert "A day 23 November 2026 to 24 November 2026, 12:00 · €3.00" in said
    intent = customer.purchases.get().payment_intent
    paper.v1.refunds.create({"payment_intent": intent})
    paper.update(customer)
    assert "€3.00, given back" in " ".join(words(customer).split())


def test_a_disputed_payment_is_on_hold_and_can_be_cancelled(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    assert "We write to you before a card expires" in words(customer)
    [charge] = paper.sandbox.store.all("charge")
    dispute = open_dispute(paper.sandbox, charge["id"])
    paper.update(customer)
    said = words(customer)
    assert "On hold Your bank is asking for a payment back." in said
    assert "Cancel your subscription" in said
    for wrong in ("Ended", "Nothing more is charged", "Switch package", "Next payment"):
        assert wrong not in said

    subscription.refresh_from_db()
    with pytest.raises(Hindered, match="until that is settled"):
        quoting.choices_for(subscription)
    close_dispute(paper.sandbox, dispute["id"], won=True)
    paper.update(customer)
    assert "Next payment €12.00" in words(customer)


def test_who_disputes_and_cancels_owes_nothing_and_may_buy_anew(
    paper: Newspaper, words: Words
) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    [charge] = paper.sandbox.store.all("charge")
    open_dispute(paper.sandbox, charge["id"])
    paper.update(customer)
    subscription.refresh_from_db()
    assert cancelling.ends_at_once(subscription)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    assert paper.v1.subscriptions.retrieve(subscription.stripe_id).status == "canceled"
    said = words(customer)
    assert "Nothing more is charged" in said
    assert "See the packages" in said
    assert customer.reader
    assert buying.obstacle_to(customer.reader, paper.month, now=paper.now) is None


def test_what_is_open_when_it_ends_is_not_asked_for(paper: Newspaper, words: Words) -> None:
    customer = paper.customer(number=FAILS_LATER)
    paper.subscribe(customer)
    paper.advance(days=60)  # the last try has failed too
    paper.update(customer)
    assert customer.subscriptions.get().status == "canceled"
    said = words(customer)
    assert "Nothing more is charged" in said
    assert "€12.00 Not paid" in said
    assert "Pay now" not in said
    assert "To be paid" not in said


def test_older_invoices_are_a_click_away(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    paper.advance(days=366 + 62)
    paper.update(customer)
    said = words(customer)
    assert said.count("· No. ") == 15
    assert said.index("Earlier payments") < said.index("23 January 2027 €12.00")


def test_the_questions_it_asks_of_the_database(
    paper: Newspaper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """However many invoices: the reader, three for access, one for letters, two for print, four
    for money."""

    def asked(customer: Customer) -> list[str]:
        assert customer.reader
        client = Client()
        rules_in_force()
        with time_machine.travel(paper.now, tick=False):
            client.force_login(customer.reader)
            client.get("/account/")
            return [
                sql
                for sql in asked_by(lambda: client.get("/account/"))
                if "session" not in sql and "meterrule" not in sql  # remembered, but not for long
            ]

    never = asked(Customer(reader=make_reader()))
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    once = asked(customer)
    paper.advance(days=200)
    agreed = Agreed(subscription.price_id, paper.sport.terms, paper.now, 0)
    switching.switch(paper.stripe, subscription, paper.sport, agreed, now=paper.now)
    paper.update(customer)
    often = asked(customer)
    assert len(once) == len(often), often
    assert len(once) - len(never) == 4  # and the entitlement's sections
    assert len(never) == 8, never


def test_a_price_that_is_no_longer_sold_is_kept(paper: Newspaper, words: Words) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    pricing.sell(paper.month, paper.month.terms, now=paper.now)
    pricing.change(paper.month, replace(paper.month.terms, amount=1500), now=paper.now)
    assert "Everything €12.00 a month" in words(customer)
