"""A request that comes again under its key spends once, and is answered alike."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import Reader
from paywall.metering.models import MeteredRead
from paywall.sites import answered
from paywall.sites.models import KeptAnswer
from tests.api.asking import Caller, Server
from tests.gate.visiting import Clock, set_rule
from tests.making import make_reader
from tests.metering.racing import race, slow_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(server: Server) -> Reader:
    reader = make_reader()
    server.introduce(reader)
    return reader


def test_a_repeated_key_is_answered_alike(server: Server, reader: Reader) -> None:
    first = server.open_for(reader, Idempotency_Key="one")
    assert first.json()["spent"]
    server.open_for(reader, "another-story", Idempotency_Key="two")
    again = server.open_for(reader, Idempotency_Key="one")
    assert again.json() == first.json()
    assert again["Paywall-Outcome"] == "metered"
    assert MeteredRead.objects.count() == 2
    assert not server.open_for(reader, Idempotency_Key="three").json()["spent"]


def test_a_key_is_for_one_request(server: Server, reader: Reader) -> None:
    server.open_for(reader, Idempotency_Key="one")
    refused = server.open_for(reader, "another-story", Idempotency_Key="one")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert MeteredRead.objects.count() == 1


def test_a_key_is_its_callers_own(server: Server, reader: Reader) -> None:
    server.register()
    for caller in (Caller.reading(reader), Caller.reading(make_reader())):
        assert caller.open(Idempotency_Key="one").json()["spent"]


@pytest.mark.parametrize("key", ["x" * 201, "with space", "ü"])
def test_a_key_that_is_none_is_refused(server: Server, reader: Reader, key: str) -> None:
    assert server.open_for(reader, Idempotency_Key=key).status_code == 422


def test_a_cookie_is_kept_nowhere(server: Server) -> None:
    set_rule(strangers=2)
    server.register()
    server.register("another")
    browser = Caller.stranger()
    browser.open()
    token = browser.client.cookies["visitor"].value
    first = browser.open("another", Idempotency_Key="one")
    assert browser.open("another", Idempotency_Key="one").json() == first.json()
    assert token not in str(KeptAnswer.objects.values().get())


def test_a_failure_leaves_nothing_behind(
    server: Server, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(answered, "_keep", fail)
        with pytest.raises(RuntimeError):
            server.open_for(reader, Idempotency_Key="one")
    assert not MeteredRead.objects.exists()
    assert server.open_for(reader, Idempotency_Key="one").json()["remaining"] == 6


def test_answers_are_kept_for_a_day(server: Server, reader: Reader, clock: Clock) -> None:
    server.open_for(reader, Idempotency_Key="one")
    assert answered.forget_old(now=clock.now + timedelta(hours=23)) == 0
    assert answered.forget_old(now=clock.now + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_in_one_moment_spends_once(
    server: Server, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, answered, "_find")

    def ask(key: str) -> tuple[str, bytes]:
        caller = Server(server.headers, type(server.client)(), server.site)
        return key, caller.open_for(reader, key, Idempotency_Key=key).content

    asking: list[Callable[[], tuple[str, bytes]]] = [
        partial(ask, f"story-{number % 3}") for number in range(12)
    ]
    answers = set(race(asking))
    assert len(answers) == 3
    assert all(b'"spent":true' in body for _, body in answers)
    assert MeteredRead.objects.count() == 3
