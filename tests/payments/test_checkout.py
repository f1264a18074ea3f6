"""A reader is sent to Stripe once, pays once, and what they paid for is recorded at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import LazySettings

from paywall.catalog import pricing
from paywall.catalog.pricing import RefusedError
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.payments.attempts import Progress
from paywall.payments.buying import Why, obstacle_to, terms_for
from paywall.payments.checkout import NotSold
from paywall.payments.gateway import GatewayRefused
from paywall.payments.models import CheckoutAttempt, Publication
from paywall.subscriptions.models import Customer, Purchase, Subscription
from tests.catalog.packages import INTRODUCTORY, MONTHLY, make_price
from tests.making import make_reader, make_section
from tests.payments.buying import STORY, begin, buy, come_back, only_session, sessions
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.errors import StripeFailure
from tests.stripe_sandbox.paying import pay

# -- What Stripe is asked ------------------------------------------------------------------------


def test_a_reader_is_sent_to_stripe(paper: Newspaper, settings: LazySettings) -> None:
    reader = make_reader("ada@example.com")
    address = begin(paper, reader)
    session = only_session(paper)
    assert address == session["url"]
    assert session["mode"] == "subscription"
    assert session["client_reference_id"] == str(reader.public_id)
    assert session["allow_promotion_codes"]
    assert session["locale"] == "en-GB"
    assert session["success_url"] == (
        f"{settings.SITE_URL}/subscribe/welcome/?session={{CHECKOUT_SESSION_ID}}"
    )
    assert session["cancel_url"] == (
        f"{settings.SITE_URL}/subscribe/{paper.month.public_id}/?next={STORY}"
    )
    assert not session["automatic_tax"]["enabled"]
    (customer,) = paper.sandbox.store.all("customer")
    assert customer["email"] == "ada@example.com"
    assert customer["metadata"] == {"reader": str(reader.public_id)}
    assert session["customer"] == customer["id"] == Customer.objects.get().stripe_id
    paper.month.refresh_from_db()
    assert paper.month.first_sold_at == paper.now


def test_a_pass_is_paid_once(paper: Newspaper) -> None:
    begin(paper, make_reader(), paper.day)
    assert only_session(paper)["mode"] == "payment"


def test_stripe_adds_the_taxes_where_that_is_set(paper: Newspaper, settings: LazySettings) -> None:
    settings.STRIPE_TAX = True
    begin(paper, make_reader())
    assert only_session(paper)["automatic_tax"]["enabled"]


@pytest.mark.parametrize(
    ("language", "locale"), [("de", "de"), ("de-at", "de"), ("pt-br", "pt-BR"), ("xx", "auto")]
)
def test_checkout_speaks_the_papers_language(
    paper: Newspaper, settings: LazySettings, language: str, locale: str
) -> None:
    settings.LANGUAGE_CODE = language
    begin(paper, make_reader())
    assert only_session(paper)["locale"] == locale


def test_the_introductory_offer_leaves_no_room_for_a_code(paper: Newspaper) -> None:
    price, reader = make_price(INTRODUCTORY), make_reader()
    begin(paper, reader, price)
    session = only_session(paper)
    assert not session["allow_promotion_codes"]
    assert session["amount_total"] == 100
    pay(paper.sandbox, session["id"], GOOD)
    come_back(paper, session)
    invoice = Subscription.objects.get().invoices.get()
    assert (invoice.amount_paid, invoice.currency) == (100, "EUR")


def test_a_promotion_code_is_taken_where_there_is_no_offer(paper: Newspaper) -> None:
    coupon = paper.v1.coupons.create({"percent_off": 50, "duration": "once"})
    paper.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"}
    )
    buy(paper, make_reader(), paper.month, code="HALF")
    assert Subscription.objects.get().invoices.get().amount_paid == 600


def test_a_pass_that_a_code_makes_free_opens_too(paper: Newspaper) -> None:
    coupon = paper.v1.coupons.create({"percent_off": 100, "duration": "once"})
    paper.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "GIFT"}
    )
    reader = make_reader()
    buy(paper, reader, paper.day, code="GIFT")
    bought = Purchase.objects.get()
    assert (bought.amount, bought.paid_at) == (0, paper.now)
    assert Entitlement.objects.in_force(paper.now).get() == bought.entitlement
    paper.advance(days=2)
    assert obstacle_to(reader, paper.day, now=paper.now) is None
    come_back(paper, bought.stripe_id)
    assert not Entitlement.objects.in_force(paper.now).exists()


def test_a_price_that_is_not_at_stripe_is_published_first(paper: Newspaper) -> None:
    price = make_price(replace(MONTHLY, amount=700))
    begin(paper, make_reader(), price)
    assert only_session(paper)["amount_total"] == 700


def test_a_price_whose_amount_stripe_was_not_told_is_told_first(paper: Newspaper) -> None:
    price = pricing.change(paper.month, replace(MONTHLY, amount=1400), now=paper.now)
    assert price == paper.month
    begin(paper, make_reader(), price)
    assert only_session(paper)["amount_total"] == 1400


def test_a_price_that_stripe_has_otherwise_is_not_sold(paper: Newspaper) -> None:
    Publication.objects.filter(price=paper.month).update(told={})
    theirs = Publication.objects.get(price=paper.month).stripe_id
    paper.v1.prices.update(theirs, {"active": False})
    with pytest.raises(GatewayRefused, match="is not at Stripe as it is here"):
        begin(paper, make_reader())
    assert not sessions(paper)


# -- What the reader was shown --------------------------------------------------------------------


def test_a_price_that_changed_since_is_refused(paper: Newspaper) -> None:
    pricing.change(paper.month, replace(MONTHLY, amount=1400), now=paper.now)
    with pytest.raises(RefusedError):
        begin(paper, make_reader(), shown=MONTHLY)
    assert not sessions(paper)


def test_a_retired_price_is_refused(paper: Newspaper) -> None:
    pricing.retire(paper.month, now=paper.now)
    with pytest.raises(RefusedError):
        begin(paper, make_reader())


def test_free_days_are_given_once(paper: Newspaper) -> None:
    price, reader = make_price(replace(MONTHLY, trial_days=14)), make_reader()
    buy(paper, reader, price)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.invoices.get().amount_paid) == ("trialing", 0)
    paper.v1.subscriptions.cancel(subscription.stripe_id)
    paper.touch(Customer.objects.get(), subscriptions=subscription.stripe_id)
    assert terms_for(reader, price) == MONTHLY
    with pytest.raises(RefusedError):
        begin(paper, reader, price, shown=price.terms)
    buy(paper, reader, price)
    again = Subscription.objects.get(status="active")
    assert (again.trial_ends_at, again.invoices.get().amount_paid) == (None, 1200)


def test_the_introductory_offer_is_given_once(paper: Newspaper) -> None:
    price, reader = make_price(INTRODUCTORY), make_reader()
    buy(paper, reader, price)
    paper.v1.subscriptions.cancel(Subscription.objects.get().stripe_id)
    paper.update(Customer.objects.get())
    assert terms_for(reader, price) == MONTHLY
    buy(paper, reader, price)
    assert Subscription.objects.get(status="active").invoices.get().amount_paid == 1200


# -- One open session -----------------------------------------------------------------------------


def test_the_same_choice_leads_to_the_same_session(paper: Newspaper) -> None:
    reader = make_reader()
    assert begin(paper, reader) == begin(paper, reader, back_to="/stories/another/")
    only_session(paper)
    assert CheckoutAttempt.objects.get().back_to == "/stories/another/"


def test_another_choice_closes_the_session_before(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    address = begin(paper, reader, paper.year)
    assert [one["status"] for one in sessions(paper)] == ["open", "expired"]
    assert sessions(paper, "open")[0]["url"] == address
    assert sorted(CheckoutAttempt.objects.values_list("state", flat=True)) == ["expired", "open"]


def test_a_session_that_ran_out_is_followed_by_a_new_one(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    paper.advance(hours=4)
    begin(paper, reader)
    assert [one["status"] for one in sessions(paper)] == ["open", "expired"]


def test_a_session_about_to_run_out_is_not_given_again(paper: Newspaper) -> None:
    reader = make_reader()
    first = begin(paper, reader)
    paper.advance(hours=2, minutes=50)
    assert begin(paper, reader) != first
    assert len(sessions(paper, "open")) == 1


def test_a_session_that_stripe_has_no_more_is_let_go(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    paper.sandbox.store.remove(only_session(paper))
    begin(paper, reader)
    assert len(sessions(paper, "open")) == 1


def test_an_attempt_that_never_reached_stripe_goes_on_or_is_let_go(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    CheckoutAttempt.objects.update(session_id="", session_url="")  # a crash before it was kept
    begin(paper, reader)
    only_session(paper)
    CheckoutAttempt.objects.update(session_id="", session_url="")
    begin(paper, reader, paper.year)
    assert [one["status"] for one in sessions(paper)] == ["open", "expired"]


# -- Nobody pays twice ----------------------------------------------------------------------------


def test_who_has_paid_is_welcomed_and_not_sent_to_pay_again(paper: Newspaper) -> None:
    """Neither the return nor the webhook came: looking again finds the payment."""
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], GOOD)
    assert begin(paper, reader) == f"/subscribe/welcome/?session={session['id']}"
    assert CheckoutAttempt.objects.get().state == "paid"
    assert Entitlement.objects.get().reader == reader
    with pytest.raises(NotSold) as not_sold:
        begin(paper, reader)
    assert not_sold.value.obstacle.why is Why.HAS_IT
    only_session(paper)


def test_who_has_paid_one_package_is_not_sent_to_pay_another(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    pay(paper.sandbox, only_session(paper)["id"], GOOD)
    with pytest.raises(NotSold) as not_sold:
        begin(paper, reader, paper.year)
    assert not_sold.value.obstacle.why is Why.SUBSCRIBES
    only_session(paper)


@pytest.mark.parametrize("status", ["past_due", "unpaid", "paused", "trialing", "active"])
def test_a_running_subscription_is_switched_and_not_doubled(paper: Newspaper, status: str) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    Subscription.objects.update(status=status)
    assert customer.reader
    with pytest.raises(NotSold) as not_sold:
        begin(paper, customer.reader, paper.year)
    assert not_sold.value.obstacle.why is Why.SUBSCRIBES
    assert not sessions(paper)


@pytest.mark.parametrize("status", ["canceled", "incomplete_expired"])
def test_an_ended_subscription_hinders_nothing(paper: Newspaper, status: str) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    Subscription.objects.update(status=status)
    assert customer.reader
    begin(paper, customer.reader, paper.year)
    assert only_session(paper)["customer"] == customer.stripe_id


def test_a_pass_is_not_sold_to_who_reads_it_all(paper: Newspaper) -> None:
    reader = make_reader()
    buy(paper, reader, paper.day)
    with pytest.raises(NotSold) as not_sold:
        begin(paper, reader, paper.day)
    assert not_sold.value.obstacle.why is Why.READS_IT
    assert not_sold.value.obstacle.until == paper.now + timedelta(days=1)
    paper.advance(days=1)
    begin(paper, reader, paper.day)


def test_a_pass_is_sold_to_who_reads_a_part(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, paper.sport)
    assert customer.reader
    begin(paper, customer.reader, paper.day)
    only_session(paper)


def test_rights_that_cover_a_package_together_end_with_the_first(paper: Newspaper) -> None:
    reader, now = make_reader(), paper.now
    package = paper.day.package
    package.everything = False
    package.save()
    package.sections.set([make_section("sport"), make_section("news")])
    ends = now + timedelta(days=3)
    sport, news = [make_section("sport")], [make_section("news")]
    granting.give(reader, Source.COURTESY, starts_at=now, sections=sport)
    granting.give(reader, Source.COURTESY, starts_at=now, ends_at=ends, sections=news)
    with pytest.raises(NotSold) as not_sold:
        begin(paper, reader, paper.day)
    assert not_sold.value.obstacle.until == ends


def test_a_subscriber_reads_until_they_cancel(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    assert customer.reader
    with pytest.raises(NotSold) as not_sold:
        begin(paper, customer.reader, paper.day)
    assert not_sold.value.obstacle.until is None
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
    paper.update(customer)
    with pytest.raises(NotSold) as not_sold:
        begin(paper, customer.reader, paper.day)
    assert not_sold.value.obstacle.until == subscription.period_ends_at


# -- Coming back ----------------------------------------------------------------------------------


def test_what_was_paid_is_open_on_return_and_returning_again_changes_nothing(
    paper: Newspaper,
) -> None:
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], GOOD, email="wallet@example.com")
    for _ in range(2):
        back = come_back(paper, session)
        assert back
        assert (back.progress, back.attempt.back_to) == (Progress.OPENS, STORY)
    assert Entitlement.objects.get().reader == reader
    assert Subscription.objects.get().changes.filter(what="status").count() == 1


def test_before_it_is_paid_nothing_opens(paper: Newspaper) -> None:
    begin(paper, make_reader())
    back = come_back(paper, only_session(paper))
    assert back
    assert back.progress is Progress.UNPAID
    assert not Entitlement.objects.exists()
    assert CheckoutAttempt.objects.get().state == "open"


def test_a_payment_that_takes_its_time_opens_when_it_is_there(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader, paper.day)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], "DE89370400440532013000")
    back = come_back(paper, session)
    assert back
    assert back.progress is Progress.ON_ITS_WAY
    with pytest.raises(NotSold) as not_sold:
        begin(paper, reader, paper.day)
    assert not_sold.value.obstacle.why is Why.ON_ITS_WAY
    assert not Entitlement.objects.exists()
    paper.advance(days=4)
    back = come_back(paper, session)
    assert back
    assert back.progress is Progress.OPENS
    assert Entitlement.objects.get().ends_at == paper.now + timedelta(days=1)


def test_a_card_that_was_declined_has_ordered_nothing(paper: Newspaper) -> None:
    """Its event has the open session recorded, before or after the reader tries again."""
    reader = make_reader()
    address = begin(paper, reader, paper.day)
    session = only_session(paper)
    with pytest.raises(StripeFailure):
        pay(paper.sandbox, session["id"], "4000000000000002")
    paper.touch(Customer.objects.get(), sessions=session["id"])
    assert Purchase.objects.get().paid_at is None
    assert begin(paper, reader, paper.day) == address
    begin(paper, reader, paper.month)
    begin(paper, reader, paper.day)
    assert len(sessions(paper, "open")) == 1


def test_a_second_subscription_in_spite_of_all_is_refunded_on_return(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)
    customer = Customer.objects.get()
    method = paper.v1.payment_methods.create(
        {"type": "card", "card": {"number": GOOD, "exp_month": 12, "exp_year": 2040, "cvc": "123"}}
    )
    paper.v1.payment_methods.attach(method.id, {"customer": customer.stripe_id or ""})
    paper.subscribe(customer, paper.year, default_payment_method=method.id)
    paper.advance(minutes=1)
    pay(paper.sandbox, session["id"], GOOD)
    come_back(paper, session)
    assert Subscription.objects.running().count() == 1
    second = Subscription.objects.get(price=paper.month)
    assert second.invoices.get().refunded_whole


def test_a_payment_that_comes_to_nothing_may_be_made_anew(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader, paper.day)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], "DE62370400440532013001")
    come_back(paper, session)
    paper.advance(days=4)
    come_back(paper, session)
    assert Purchase.objects.get().failed
    begin(paper, reader, paper.day)
    assert len(sessions(paper, "open")) == 1


def test_a_subscription_whose_payment_takes_its_time_is_not_begun_twice(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    pay(paper.sandbox, only_session(paper)["id"], "DE89370400440532013000")
    back = come_back(paper, only_session(paper))
    assert back
    assert back.progress in {Progress.ON_ITS_WAY, Progress.OPENS}
    with pytest.raises(NotSold):
        begin(paper, reader, paper.year)
    only_session(paper)


def test_a_session_of_nobody_is_none_of_ours(paper: Newspaper) -> None:
    assert come_back(paper, "") is None
    assert come_back(paper, "cs_test_unknown") is None
