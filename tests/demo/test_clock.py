"""The newspaper's clock: real time, and in the demonstration the Stripe sandbox's."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from config.demo import clock as demo_clock
from config.demo.clock import SandboxClock
from paywall import clock
from tests.config.redis_server import wait_until
from tests.stripe_sandbox import Sandbox, client
from tests.stripe_sandbox.making import stock
from tests.stripe_sandbox.wsgi import serve_in_thread

MONTH = timedelta(days=31)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    stop = serve_in_thread(sandbox)
    yield sandbox
    stop()


def is_about(moment: datetime, ahead: timedelta) -> bool:
    return abs(moment - timezone.now() - ahead) < timedelta(seconds=2)


def test_it_is_real_time_unless_the_settings_say_otherwise(settings: LazySettings) -> None:
    assert settings.CLOCK == "django.utils.timezone.now"
    assert is_about(clock.now(), timedelta())


def test_in_the_demonstration_it_follows_the_sandbox(
    settings: LazySettings, sandbox: Sandbox
) -> None:
    settings.CLOCK = "config.demo.clock.now"
    settings.STRIPE_API_BASE = sandbox.base_url
    assert is_about(clock.now(), timedelta())
    sandbox.advance(days=31)
    time.sleep(demo_clock.ASKED_EVERY)
    assert is_about(clock.now(), MONTH)
    assert clock.now() <= clock.now()
    assert clock.now().tzinfo is not None


def test_while_the_sandbox_is_away_it_stays_as_far_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo_clock, "ASKED_EVERY", 0)
    monkeypatch.setattr(demo_clock, "ASKED_AGAIN_AFTER", 0)
    sandbox = Sandbox()
    stop = serve_in_thread(sandbox)
    sandbox.advance(days=31)
    ours = SandboxClock(sandbox.base_url)
    assert is_about(ours.now(), MONTH)
    stop()
    assert is_about(ours.now(), MONTH)


def test_without_any_answer_it_is_real_time(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ours = SandboxClock(f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        for _ in range(100):
            assert is_about(ours.now(), timedelta())
    assert time.monotonic() - began < 2 * demo_clock.ANSWERS_WITHIN + 0.2


def test_it_asks_no_more_often_than_it_should(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sandbox, "catch_up", lambda: asked.append(1))
    ours = SandboxClock(sandbox.base_url)
    threads = [threading.Thread(target=lambda: [ours.now() for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) <= 2


def test_what_a_jump_brings_about_is_told_once_the_listener_knows_of_it(
    sandbox: Sandbox,
) -> None:
    ours = SandboxClock(sandbox.base_url)
    heard: list[datetime] = []

    def hear(_body: bytes, _headers: dict[str, str]) -> int:
        heard.append(ours.now())
        return 200

    stock(sandbox, client(sandbox)).subscribe()
    sandbox.webhooks.to_function(hear, "whsec_1")
    sandbox.webhooks.keep_delivering()
    ours.now()
    sandbox.advance(days=31)
    wait_until(lambda: bool(heard), 5)
    assert is_about(heard[0], MONTH)
