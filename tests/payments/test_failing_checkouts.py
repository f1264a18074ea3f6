"""Whatever fails on the way to the till, and wherever: the next try ends in one of each."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any, get_args

import pytest

from accounts.models import Reader
from paywall.payments import customers
from paywall.payments.checkout import NotSold
from paywall.payments.gateway import Gateway, GatewayRefused, GatewayUnavailable
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer
from tests.making import make_reader
from tests.payments.buying import begin, come_back, only_session, sessions
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.faults import Kind
from tests.stripe_sandbox.paying import pay

FAILURES = [kind for kind in get_args(Kind) if kind != "slow"]
TRIES = 3  # of the SDK for one call


def tried(paper: Newspaper, reader: Reader, *args: Any) -> str:
    """Begin until it works, as a patient reader does: three times at most."""
    for _ in range(3):
        try:
            return begin(paper, reader, *args)
        except GatewayUnavailable:
            continue
    pytest.fail("It did not go on from where it broke off.")


def noticed(kind: str) -> Any:
    """Expect the failure; a lost answer is given again to the SDK's next try, under its key."""
    return nullcontext() if kind == "answer_lost" else pytest.raises(GatewayUnavailable)


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/checkout/sessions"])
def test_a_first_try_that_failed_goes_on(paper: Newspaper, kind: Any, path: str) -> None:
    reader = make_reader()
    paper.sandbox.faults.add(kind, times=TRIES, path=path, method="post")
    with noticed(kind):
        begin(paper, reader)
    paper.sandbox.faults.clear()
    address = tried(paper, reader)
    assert [one["url"] for one in sessions(paper, "open")] == [address]
    assert len(list(paper.sandbox.store.all("customer"))) == 1


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_choice_that_failed_goes_on(paper: Newspaper, kind: Any, method: str) -> None:
    """The first call to fail is looking at the session before, or closing it."""
    reader = make_reader()
    begin(paper, reader)
    paper.sandbox.faults.add(kind, times=TRIES, path="/v1/checkout/sessions/", method=method)
    with noticed(kind) if method == "post" else pytest.raises(GatewayUnavailable):
        begin(paper, reader, paper.year)
    paper.sandbox.faults.clear()
    address = tried(paper, reader, paper.year)
    assert [one["url"] for one in sessions(paper, "open")] == [address]
    assert [one["status"] for one in sessions(paper)].count("expired") == 1


@pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind not in {"busy", "broken"}])
def test_a_failure_that_the_next_try_mends_is_not_noticed(paper: Newspaper, kind: Any) -> None:
    paper.sandbox.faults.add(kind, times=2, method="post")
    begin(paper, make_reader())
    only_session(paper)
    assert len(list(paper.sandbox.store.all("customer"))) == 1


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("call", range(5))
def test_a_return_that_failed_anywhere_is_recorded_the_next_time(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, kind: Any, call: int
) -> None:
    reader = make_reader()
    begin(paper, reader)
    session = only_session(paper)
    pay(paper.sandbox, session["id"], GOOD)
    asked, around = list[str](), paper.sandbox.faults.around

    def counted(method: str, path: str) -> Any:
        if asked[-1:] != [path]:
            asked.append(path)
            if len(asked) == call + 1:
                paper.sandbox.faults.add(kind, times=TRIES, path=path)
        return around(method, path)

    with monkeypatch.context() as patch:
        patch.setattr(paper.sandbox.faults, "around", counted)
        try:
            come_back(paper, session)
        except GatewayUnavailable:
            assert not reader.entitlements.exists()
        else:
            assert len(asked) <= call
    paper.sandbox.faults.clear()
    come_back(paper, session)
    assert reader.entitlements.count() == 1
    with pytest.raises(NotSold):
        begin(paper, reader)
    only_session(paper)


# -- Crashes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=2)])
def test_a_crash_after_the_customer_was_made_makes_no_second(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    reader = make_reader("ada@example.com")
    make = Gateway.create_customer

    def crashing(*args: Any, **more: Any) -> Any:
        make(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Gateway, "create_customer", crashing)
        with pytest.raises(KeyboardInterrupt):
            customers.customer_of(paper.stripe, reader, now=paper.now)
    paper.advance(seconds=later.total_seconds())
    reader.email = "another@example.com"
    reader.save()
    customer = customers.customer_of(paper.stripe, reader, now=paper.now)
    (theirs,) = paper.sandbox.store.all("customer")
    assert (customer.stripe_id, theirs["email"]) == (theirs["id"], "ada@example.com")


def test_somebody_else_with_the_address_is_not_taken_for_the_reader(paper: Newspaper) -> None:
    reader = make_reader("ada@example.com")
    Customer.objects.create(
        reader=reader, email="ada@example.com", created_at=paper.now - timedelta(days=9)
    )
    stranger = paper.v1.customers.create({"email": "ada@example.com"})
    customer = customers.customer_of(paper.stripe, reader, now=paper.now)
    assert customer.stripe_id
    assert customer.stripe_id != stranger.id


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=2, minutes=30), timedelta(days=2)])
def test_a_crash_after_the_session_was_opened_leaves_one_open(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    reader = make_reader()
    opened = Gateway.create_session

    def crashing(*args: Any, **more: Any) -> Any:
        opened(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Gateway, "create_session", crashing)
        with pytest.raises(KeyboardInterrupt):
            begin(paper, reader)
    paper.advance(seconds=later.total_seconds())
    address = begin(paper, reader)
    assert [one["url"] for one in sessions(paper, "open")] == [address]


def test_what_stripe_refuses_is_asked_anew_under_another_key(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe keeps a refusal for a day; what was refused may be mended before."""
    reader = make_reader()
    with monkeypatch.context() as patch:
        patch.setattr("paywall.payments.asking._stripe_id", lambda *_: "price_of_somebody_else")
        with pytest.raises(GatewayRefused):
            begin(paper, reader)
    assert [each.state for each in CheckoutAttempt.objects.all()] == ["expired"]
    begin(paper, reader)
    only_session(paper)


def test_a_refused_customer_is_asked_for_anew_under_another_key(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_reader()

    def refuse(_: Gateway, params: Any, *, key: str) -> None:
        raise GatewayRefused(f"Stripe refused: Invalid email address: {params['email']}")

    with monkeypatch.context() as patch:
        patch.setattr(Gateway, "create_customer", refuse)
        with pytest.raises(GatewayRefused, match="Invalid email") as refused:
            begin(paper, reader)
    assert reader.email not in str(refused.value)  # which is for the log
    assert refused.value.__suppress_context__
    reader.email = "right@example.com"
    reader.save()
    begin(paper, reader)
    (theirs,) = paper.sandbox.store.all("customer")
    assert theirs["email"] == "right@example.com"
