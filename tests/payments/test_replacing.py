"""A customer deleted in Stripe's dashboard is no end: its reader buys again, once."""

from typing import Any

import pytest

from accounts.models import Reader
from paywall.entitlements.models import Entitlement
from paywall.payments import aftercare, reconciling
from paywall.payments.attempts import Progress
from paywall.payments.buying import terms_for
from paywall.payments.gateway import Gateway, GatewayRefused, GatewayUnavailable
from paywall.payments.models import CheckoutAttempt
from paywall.payments.replacing import replace_if_deleted
from paywall.privacy import closing
from paywall.subscriptions.models import Customer, FormerCustomer, Subscription
from paywall.subscriptions.paid import paid_by
from tests.making import make_reader
from tests.payments.buying import begin, buy, come_back, only_session, sessions
from tests.payments.shop import GOOD, Newspaper, failing_at
from tests.payments.telling import events, handle_all, keep
from tests.stripe_sandbox.paying import pay


@pytest.fixture
def reader() -> Reader:
    return make_reader("ada@example.com")


def vanish(paper: Newspaper) -> str:
    """Delete the one customer that is there, as Stripe's dashboard does; return who it was."""
    (customer,) = paper.sandbox.store.all("customer")
    paper.v1.customers.delete(customer["id"])
    return str(customer["id"])


def opens_once_paid(paper: Newspaper) -> bool:
    newest = sessions(paper)[0]["id"]
    pay(paper.sandbox, newest, GOOD)
    back = come_back(paper, newest)
    return bool(back and back.progress is Progress.OPENS)


def test_who_was_deleted_buys_again(paper: Newspaper, reader: Reader) -> None:
    buy(paper, reader, paper.month)
    first = vanish(paper)
    keep(paper, *events(paper))
    handle_all(paper)
    assert not Entitlement.objects.in_force(paper.now).exists()
    buy(paper, reader, paper.month)
    customer = Customer.objects.get()
    assert customer.stripe_id not in (None, first)
    assert FormerCustomer.objects.get().stripe_id == first
    assert Entitlement.objects.in_force(paper.now).get().reader == reader
    assert len(paid_by(reader, now=paper.now).held) == 2


@pytest.mark.parametrize("hours", [0, 1, 4])
@pytest.mark.parametrize("before", ["day", "month"])
def test_nobody_has_to_have_told_us(
    paper: Newspaper, reader: Reader, hours: int, before: str
) -> None:
    begin(paper, reader, getattr(paper, before))
    paper.advance(hours=hours)
    vanish(paper)
    assert begin(paper, reader) == sessions(paper)[0]["url"]
    assert sessions(paper)[0]["customer"] == Customer.objects.get().stripe_id
    assert CheckoutAttempt.objects.open().get().price == paper.month


def test_a_page_at_the_till_of_who_is_deleted_is_closed(paper: Newspaper, reader: Reader) -> None:
    begun = begin(paper, reader)
    vanish(paper)
    keep(paper, *events(paper))
    handle_all(paper)
    assert only_session(paper)["status"] == "expired"
    assert begin(paper, reader) != begun
    assert opens_once_paid(paper)


def test_what_stripe_still_tells_of_the_old_one_is_recorded(
    paper: Newspaper, reader: Reader
) -> None:
    buy(paper, reader, paper.month)
    vanish(paper)
    keep(paper, *events(paper))
    handle_all(paper)
    old = Subscription.objects.get()
    buy(paper, reader, paper.month)
    intent = old.invoices.get().payment_intent
    paper.v1.refunds.create({"payment_intent": intent})
    keep(paper, *events(paper))
    handle_all(paper)
    assert old.invoices.get().amount_refunded == old.invoices.get().amount_paid
    assert Entitlement.objects.in_force(paper.now).get().subscription != old


def test_the_nightly_comparison_finds_them_and_then_has_nothing_to_say(
    paper: Newspaper, reader: Reader
) -> None:
    buy(paper, reader, paper.month)
    first = vanish(paper)
    report = reconciling.everything(paper.stripe, now=paper.now)
    assert report
    assert report.differences[-1] == (
        f"{first} was deleted at Stripe. Its reader gets another one when they buy."
    )
    assert Customer.objects.get().stripe_id is None
    again = reconciling.everything(paper.stripe, now=paper.now)
    assert again
    assert again.differences == []
    buy(paper, reader, paper.month)


def test_free_days_are_given_once_whoever_they_are_at_stripe(
    paper: Newspaper, reader: Reader
) -> None:
    type(paper.month).objects.filter(pk=paper.month.pk).update(trial_days=14)
    paper.month.refresh_from_db()
    buy(paper, reader, paper.month)
    vanish(paper)
    assert terms_for(reader, paper.month).trial_days == 0


def test_one_who_is_there_is_not_replaced(paper: Newspaper, reader: Reader) -> None:
    buy(paper, reader, paper.month)
    assert not replace_if_deleted(paper.stripe, Customer.objects.get(), now=paper.now)
    assert not FormerCustomer.objects.exists()


def test_a_second_look_replaces_nothing(paper: Newspaper, reader: Reader) -> None:
    begin(paper, reader)
    vanish(paper)
    stale = Customer.objects.get()
    begin_again = begin(paper, reader, paper.day)
    assert replace_if_deleted(paper.stripe, stale, now=paper.now)
    assert FormerCustomer.objects.count() == 1
    assert begin(paper, reader, paper.day) == begin_again


def test_everything_of_both_is_fetched(paper: Newspaper, reader: Reader) -> None:
    buy(paper, reader, paper.month)
    vanish(paper)
    keep(paper, *events(paper))
    handle_all(paper)
    buy(paper, reader, paper.month)
    old = Subscription.objects.order_by("started_at", "pk")[0]
    Subscription.objects.filter(pk=old.pk).update(status="active", ended_at=None)
    paper.update(Customer.objects.get())
    old.refresh_from_db()
    assert old.status == "canceled"


def test_the_new_one_has_the_address_of_today(paper: Newspaper, reader: Reader) -> None:
    begin(paper, reader)
    Reader.objects.filter(pk=reader.pk).update(email="lovelace@example.com")
    reader.refresh_from_db()
    vanish(paper)
    begin(paper, reader)
    (made,) = paper.sandbox.store.all("customer")
    assert made["email"] == "lovelace@example.com"


def close_meanwhile(paper: Newspaper, reader: Reader, patch: pytest.MonkeyPatch, call: str) -> None:
    """Have the account closed, in another window, right before something is asked of Stripe."""
    asked = getattr(Gateway, call)

    def later(self: Gateway, *args: Any, **more: Any) -> Any:
        patch.setattr(Gateway, call, asked)
        closing.end_payments(lambda: paper.stripe, reader, now=paper.now)
        return asked(self, *args, **more)

    patch.setattr(Gateway, call, later)


@pytest.mark.parametrize("call", ["create_customer", "create_session"])
@pytest.mark.parametrize("came_before", [False, True])
def test_who_closes_the_account_while_buying_is_known_to_stripe_no_more(
    paper: Newspaper, reader: Reader, monkeypatch: pytest.MonkeyPatch, call: str, came_before: bool
) -> None:
    if came_before:
        begin(paper, reader, paper.day)
        vanish(paper)
    close_meanwhile(paper, reader, monkeypatch, call)
    with pytest.raises(GatewayRefused):
        begin(paper, reader)
    assert list(paper.sandbox.store.all("customer")) == []
    assert sessions(paper, "open") == []
    closing.part(reader, now=paper.now)
    assert Customer.objects.get().email == ""


def test_who_stays_after_all_buys_again(paper: Newspaper, reader: Reader) -> None:
    """Closing broke off once Stripe had done its part."""
    buy(paper, reader, paper.month)
    closing.end_payments(lambda: paper.stripe, reader, now=paper.now)
    with pytest.raises(GatewayRefused):
        begin(paper, reader)
    paper.advance(hours=2)
    buy(paper, reader, paper.month)
    customer = Customer.objects.get()
    assert customer.closed_at is None
    assert Entitlement.objects.in_force(paper.now).get().reader == reader
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    assert Entitlement.objects.in_force(paper.now).exists()  # and is not given back


def test_an_account_that_was_closed_gets_nobody_new(paper: Newspaper) -> None:
    customer = paper.customer()
    Customer.objects.update(closed_at=paper.now)
    customer.refresh_from_db()
    vanish(paper)
    assert not replace_if_deleted(paper.stripe, customer, now=paper.now)


@pytest.mark.parametrize("number", range(7))
def test_stripe_away_in_the_middle_the_next_try_goes_on(
    paper: Newspaper, reader: Reader, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    begin(paper, reader, paper.day)
    paper.advance(hours=4)
    vanish(paper)
    with monkeypatch.context() as patch:
        failing_at(paper, patch, number, "unavailable")
        try:
            begin(paper, reader)
        except GatewayUnavailable:
            pass
        else:
            assert number > 3, "fewer calls than it takes"
    begin(paper, reader)
    assert len(list(paper.sandbox.store.all("customer"))) == 1
    assert opens_once_paid(paper)
