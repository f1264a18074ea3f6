"""Letters are written once for each fact, from what is recorded, in plain words."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from django.db.models import QuerySet

from paywall.catalog.models import Price
from paywall.letters import writing
from paywall.letters.models import Letter
from paywall.subscriptions.models import Customer
from tests.catalog.packages import INTRODUCTORY, make_price
from tests.metering.racing import race, slow_down, some_try_breaks
from tests.payments.shop import Newspaper, stripe_id

FAILS_LATER = "4000000000000341"
ACCOUNT = "https://gazette.example/account/"


@pytest.fixture(autouse=True)
def _at_home(settings: LazySettings) -> None:
    settings.SITE_URL = "https://gazette.example"
    settings.NEWSPAPER_NAME = "The Town & Country Gazette"


def write(paper: Newspaper, customer: Customer) -> list[Letter]:
    """Write what is due, and return what that added."""
    before = set(Letter.objects.values_list("pk", flat=True))
    count = writing.write_due(customer, now=paper.now)
    added = list(Letter.objects.exclude(pk__in=before).order_by("pk"))
    assert len(added) == count
    return added


def one(paper: Newspaper, customer: Customer) -> Letter:
    (letter,) = write(paper, customer)
    assert letter.reader == customer.reader
    assert letter.address == "reader@example.com"
    assert letter.sent_at is None
    return letter


def test_a_subscription_that_started_comes_with_receipt_and_terms(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    letter = one(paper, customer)
    assert letter.key == f"started:{subscription.stripe_id}"
    assert letter.subject == "Your subscription has started"
    for words in (
        "Thank you for subscribing to The Town & Country Gazette.",
        "- Price: €12.00 a month",
        "- Paid: €12.00 on 23 November 2026",
        "- Next payment: 23 December 2026",
        "- Charged to: Visa ending in 4242",
        "It renews every month at €12.00, next on 23 December 2026, until you cancel.",
        "in two clicks",
        f"See your receipt:\n{subscription.invoices.get().receipt}\n",
        f"Your account: {ACCOUNT}",
        "reader@example.com",
    ):
        assert words in letter.text
    assert write(paper, customer) == []


def test_a_trial_says_what_follows_and_again_before_it_ends(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, trial_period_days=30)
    started = one(paper, customer)
    assert "You pay nothing before 23 December 2026." in started.text
    assert "- First payment: 23 December 2026" in started.text
    assert f"See your account:\n{ACCOUNT}" in started.text
    paper.advance(days=24)
    ending = one(paper, customer)
    assert ending.subject == "Your free days end on 23 December 2026"
    assert "- You pay: €12.00 a month" in ending.text


def test_an_introductory_price_says_what_follows(paper: Newspaper) -> None:
    from paywall.payments import publishing
    from paywall.payments.comparing import Kind
    from paywall.payments.models import Publication

    price: Price = make_price(INTRODUCTORY, name="Begin", slug="begin")
    publishing.publish(paper.stripe, now=paper.now)
    coupon = Publication.objects.get(price=price, kind=Kind.OFFER.value).stripe_id
    customer = paper.customer()
    subscription = paper.subscribe(customer, price, discounts=[{"coupon": coupon}])
    started = one(paper, customer)
    assert "- Paid: €1.00 on 23 November 2026" in started.text
    assert "You pay €1.00 every month until 23 February 2027. From then on" in started.text
    paper.advance(days=86)
    paper.update(customer)
    subscription.refresh_from_db()
    ending = one(paper, customer)
    assert ending.subject == "Your introductory price ends on 23 February 2027"
    assert "- Price from then on: €12.00 a month" in ending.text


def test_a_year_is_announced_before_it_renews(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, paper.year)
    write(paper, customer)
    paper.advance(days=334)
    assert write(paper, customer) == []
    paper.advance(days=1)
    letter = one(paper, customer)
    assert letter.subject == "Your subscription renews on 23 November 2027"
    assert "- You pay: €120.00 a year" in letter.text
    assert "cancel before 23 November 2027" in letter.text
    assert "expired" not in letter.text


def test_a_failed_payment_is_told_three_times_with_a_way_to_pay(paper: Newspaper) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    write(paper, customer)
    paper.advance(days=30, hours=2)
    paper.update(customer)
    invoice = subscription.invoices.get(status="open")
    subjects = []
    for _day in range(10):
        for letter in write(paper, customer):
            subjects.append(letter.subject)
            assert f"Pay now:\n{invoice.page}\n" in letter.text
            assert "- To pay: €12.00" in letter.text
            assert "You can read on as before until 6 January 2027." in letter.text
            for word in ("past due", "lapsed", "dunning", "entitle"):
                assert word not in letter.text.lower()
        paper.advance(days=1)
    assert subjects == [
        "We could not take your payment",
        "Your payment is still due",
        "Please pay, so that you can read on",
    ]


def test_a_payment_that_arrives_after_all_is_told(paper: Newspaper) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=30, hours=2)
    paper.update(customer)
    write(paper, customer)
    invoice = subscription.invoices.get(status="open")
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    method = paper.v1.payment_methods.create({"type": "card", "card": card})
    paper.v1.payment_methods.attach(method.id, {"customer": customer.stripe_id})
    paper.v1.invoices.pay(invoice.stripe_id, {"payment_method": method.id})
    paper.update(customer)
    letter = one(paper, customer)
    assert letter.subject == "Thank you: your payment has arrived"
    assert "See your receipt:\nhttp" in letter.text


def test_a_switch_is_told(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    write(paper, customer)
    paper.advance(days=3)
    theirs = paper.v1.subscriptions.retrieve(subscription.stripe_id)
    item = {"id": theirs["items"].data[0].id, "price": stripe_id(paper.month)}
    paper.v1.subscriptions.update(subscription.stripe_id, {"items": [item]})
    paper.touch(customer, subscriptions=subscription.stripe_id)
    letter = one(paper, customer)
    assert letter.subject == "Your subscription has changed"
    assert "is now Everything. It opens every story." in letter.text
    assert "- You have: Everything, €12.00 a month" in letter.text


def test_cancelling_and_the_end_are_told(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    write(paper, customer)
    paper.advance(days=10)
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
    paper.update(customer)
    letter = one(paper, customer)
    assert letter.subject == "Your subscription is cancelled and ends on 23 December 2026"
    assert "You can read on until 23 December 2026." in letter.text
    paper.advance(days=21)
    paper.update(customer)
    letter = one(paper, customer)
    assert letter.subject == "Your subscription has ended"
    assert "ended on 23 December 2026. Nothing more" in letter.text
    assert "https://gazette.example/letters/stop/" in letter.text


def test_a_refund_is_told_with_its_amount(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    write(paper, customer)
    invoice = subscription.invoices.get()
    paper.v1.refunds.create({"payment_intent": invoice.payment_intent, "amount": 200})
    paper.touch(customer, payment_intents=invoice.payment_intent)
    letter = one(paper, customer)
    assert letter.subject == "We have given back €2.00"
    assert "€2.00 of the €12.00 that you paid for Everything" in letter.text
    paper.v1.refunds.create({"payment_intent": invoice.payment_intent})
    paper.touch(customer, payment_intents=invoice.payment_intent)
    assert "all of the €12.00" in one(paper, customer).text


def test_a_pass_says_what_it_opens_until_when(paper: Newspaper) -> None:
    from tests.stripe_sandbox.paying import pay

    customer = paper.customer()
    session = paper.v1.checkout.sessions.create(
        {"mode": "payment", "customer": customer.stripe_id, "success_url": "https://p.example/",
         "line_items": [{"price": stripe_id(paper.day), "quantity": 1}]}
    )  # fmt: skip
    pay(paper.sandbox, session.id, "4242424242424242")
    paper.touch(customer, sessions=session.id)
    letter = one(paper, customer)
    assert letter.subject == "Your pass is open until 24 November 2026, 12:00"
    assert "- Paid: €3.00 on 23 November 2026" in letter.text
    assert "never renews" in letter.text
    assert "See your receipt:\nhttp" in letter.text


def test_who_closed_the_account_gets_none(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    assert customer.reader
    customer.reader.is_active = False
    customer.reader.save()
    assert write(paper, customer) == []
    customer.reader.delete()
    customer.refresh_from_db()
    assert write(paper, customer) == []


def test_a_package_can_write_no_html_and_no_parts(paper: Newspaper) -> None:
    paper.month.package.name = "<b>All</b> & more: https://evil.example/"
    paper.month.package.save()
    customer = paper.customer()
    paper.subscribe(customer)
    letter = one(paper, customer)
    assert "<b>All</b> & more" in letter.text
    assert "<b>" not in letter.html
    assert "&lt;b&gt;All&lt;/b&gt; &amp; more" in letter.html
    assert 'href="https://evil' not in letter.html


def test_a_letter_is_written_in_the_zone_of_the_newspaper(
    paper: Newspaper, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    customer = paper.customer()
    paper.subscribe(customer)
    assert "- Paid: €12.00 on 24 November 2026" in one(paper, customer).text


def written_by_ten(customer: Customer, paper: Newspaper) -> int:
    """Return how many letters ten writers at once believe they wrote."""
    Letter.objects.all().delete()
    wrote = race(partial(writing.write_due, customer, now=paper.now) for _ in range(10))
    assert Letter.objects.count() == 1
    return sum(wrote)


@pytest.mark.django_db(transaction=True)
def test_ten_writers_at_once_write_one_letter(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    slow_down(monkeypatch, writing, "_due_to")
    assert [written_by_ten(customer, paper) for _ in range(3)] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_several_write(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    slow_down(monkeypatch, writing, "_due_to")
    monkeypatch.setattr(writing, "transaction", SimpleNamespace(atomic=nullcontext))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    assert some_try_breaks(lambda: written_by_ten(customer, paper) > 1)


def test_looking_writes_nothing_and_costs_the_same_however_much_there_is(
    paper: Newspaper, django_assert_num_queries: object
) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    write(paper, customer)
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert writing.write_due(customer, now=paper.now + timedelta(hours=1)) == 0
