"""Twenty clicks in one moment: one customer, one open session, one payment."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.models import Reader
from paywall.catalog.models import Price
from paywall.payments import attempts, checkout
from paywall.payments.attempts import Progress
from paywall.payments.checkout import NotSold, Overtaken
from paywall.payments.customers import customer_of
from paywall.payments.gateway import Gateway, GatewayUnavailable
from paywall.payments.models import CheckoutAttempt
from paywall.payments.replacing import replace_if_deleted
from paywall.subscriptions.models import Customer, Subscription
from tests.making import make_reader
from tests.metering.racing import race, slow_down, some_try_breaks
from tests.payments.buying import begin, come_back, only_session, sessions
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.errors import StripeFailure
from tests.stripe_sandbox.paying import pay

pytestmark = pytest.mark.django_db(transaction=True)

CLICKS = 20


@pytest.fixture(autouse=True)
def _slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widen every gap between what was looked at and what is done about it."""
    slow_down(monkeypatch, checkout, "obstacle_to", "customer_of", "_sell")
    slow_down(
        monkeypatch, Gateway, "create_customer", "create_session", "session", "customer", most=0.01
    )


def click(paper: Newspaper, reader: Reader, price: Price | None = None) -> Callable[[], str]:
    """Return what begins, and says "" where the reader is asked to try again."""

    def clicked() -> str:
        try:
            return begin(paper, reader, price)
        except (GatewayUnavailable, NotSold, Overtaken):
            return ""

    return clicked


def customers(paper: Newspaper) -> list[Any]:
    return list(paper.sandbox.store.all("customer"))


def test_twenty_clicks_make_one_customer_and_one_session(paper: Newspaper) -> None:
    reader = make_reader()
    led_to = set(race([click(paper, reader)] * CLICKS)) - {""}
    assert led_to == {only_session(paper)["url"]}
    assert len(customers(paper)) == 1
    assert begin(paper, reader) in led_to


def test_twenty_who_ask_for_the_customer_get_one(paper: Newspaper) -> None:
    reader = make_reader()

    def ask() -> str:
        try:
            return customer_of(paper.stripe, reader, now=paper.now).stripe_id or "none"
        except GatewayUnavailable:
            return ""

    for _ in range(2):  # with the key that Stripe knows, and once it has forgotten it
        asked = set(race([ask] * CLICKS)) - {""}
        assert asked == {customers(paper)[0]["id"]}
        Customer.objects.update(stripe_id=None, created_at=paper.now)
        paper.advance(days=2)
    assert len(customers(paper)) == 1


def test_twenty_clicks_on_two_packages_leave_at_most_one_session_open(paper: Newspaper) -> None:
    reader = make_reader()
    race([click(paper, reader, price) for price in (paper.month, paper.year)] * (CLICKS // 2))
    known = CheckoutAttempt.objects.open().exclude(session_id="").values_list("session_id")
    assert [one["id"] for one in sessions(paper, "open")] == [row[0] for row in known]
    assert len(customers(paper)) == 1
    address = begin(paper, reader)
    assert [one["url"] for one in sessions(paper, "open")] == [address]


def test_twenty_clicks_of_one_who_was_deleted_make_one_anew(paper: Newspaper) -> None:
    """While the event that tells of it, and the nightly comparison, see to the same."""
    reader = make_reader()
    for _ in range(3):
        begin(paper, reader, paper.day)
        gone = Customer.objects.get()
        paper.v1.customers.delete(gone.stripe_id)
        see_to_it = partial(replace_if_deleted, paper.stripe, gone, now=paper.now)
        both: list[Callable[[], object]] = [click(paper, reader), see_to_it]
        answers = race(both * (CLICKS // 2))
        address = begin(paper, reader)
        assert {each for each in answers if isinstance(each, str)} <= {address, ""}
        assert [one["url"] for one in sessions(paper, "open")] == [address]
        (made,) = customers(paper)
        assert made["id"] == Customer.objects.get().stripe_id


def test_who_was_overtaken_is_sent_nowhere_and_leaves_nothing_open(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes after another choice has closed the attempt that asked."""
    reader, opened = make_reader(), Gateway.create_session

    def meanwhile(self: Gateway, params: Any, *, key: str) -> Any:
        monkeypatch.setattr(Gateway, "create_session", opened)
        begin(paper, reader, paper.year)
        return opened(self, params, key=key)

    monkeypatch.setattr(Gateway, "create_session", meanwhile)
    with pytest.raises(Overtaken):
        begin(paper, reader)
    (session,) = sessions(paper, "open")
    assert session["url"] == begin(paper, reader, paper.year)


def test_clicks_while_it_is_being_paid_charge_once(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)

    def pay_it() -> str:
        try:
            pay(paper.sandbox, session["id"], GOOD)
        except StripeFailure:  # another choice had closed it
            return ""
        return str(session["id"])

    prices = [paper.month, paper.year] * (CLICKS // 2)
    paid = race([pay_it, *(click(paper, reader, price) for price in prices)])[0]
    for one in sessions(paper, "open"):
        assert not paid
        pay(paper.sandbox, one["id"], GOOD)
        come_back(paper, one)
    if paid:
        come_back(paper, session)
        assert click(paper, reader)() in {"", f"/subscribe/welcome/?session={paid}"}
    charges = [one for one in paper.sandbox.store.all("charge") if one["paid"]]
    assert len(charges) <= 1
    assert Subscription.objects.count() == len(charges)


def test_twenty_returns_and_the_webhook_record_once(paper: Newspaper) -> None:
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], GOOD)
    race([lambda: come_back(paper, session)] * CLICKS)
    subscription = Subscription.objects.get()
    assert subscription.changes.filter(what="status").count() == 1
    assert reader.entitlements.count() == 1
    assert CheckoutAttempt.objects.get().state == "paid"


# -- Controls: without its guard each promise breaks -----------------------------------------------


def anew(method: Any) -> Any:
    """Ask Stripe under a key that is another one every time."""
    return lambda self, params, *, key: method(self, params, key=str(uuid.uuid4()))


@contextmanager
def without_the_constraint() -> Iterator[None]:
    (constraint,) = CheckoutAttempt._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(CheckoutAttempt, constraint)
    try:
        yield
    finally:
        CheckoutAttempt.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(CheckoutAttempt, constraint)


@pytest.mark.parametrize("name", ["create_customer", "create_session"])
def test_control_without_the_same_key_there_are_several(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(Gateway, name, anew(getattr(Gateway, name)))

    def attempt() -> bool:
        before = len(customers(paper)), len(sessions(paper))
        race([click(paper, make_reader())] * CLICKS)
        return (len(customers(paper)), len(sessions(paper))) != (before[0] + 1, before[1] + 1)

    assert some_try_breaks(attempt)


def test_control_without_one_open_attempt_there_are_several_sessions(paper: Newspaper) -> None:
    def attempt() -> bool:
        reader = make_reader()
        before = len(sessions(paper, "open"))
        try:
            race([click(paper, reader)] * CLICKS)
        except CheckoutAttempt.MultipleObjectsReturned:
            return True
        return len(sessions(paper, "open")) > before + 1

    with without_the_constraint():
        assert some_try_breaks(attempt)


def test_control_without_looking_again_who_has_paid_is_sent_to_pay_again(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(_: Gateway, attempt: CheckoutAttempt, *, now: datetime) -> Progress:
        attempts.close(attempt, CheckoutAttempt.State.EXPIRED)
        return Progress.EXPIRED

    monkeypatch.setattr(attempts, "follow", forget)
    reader = make_reader()
    begin(paper, reader)
    pay(paper.sandbox, only_session(paper)["id"], GOOD)
    begin(paper, reader)
    assert len(sessions(paper)) == 2
