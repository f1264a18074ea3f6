"""The gateway gives Stripe's refusals and silences in our words, and keeps live keys safe."""

import socket
import threading
import time
from typing import Any

import pytest
import stripe
from django.conf import LazySettings

from paywall.payments import gateway
from paywall.payments.gateway import GatewayRefused, GatewayUnavailable
from tests.stripe_sandbox import Sandbox


@pytest.mark.parametrize("kind", ["error", "unavailable", "refuse", "timeout"])
def test_what_may_pass_is_tried_again_and_then_told(sandbox: Sandbox, kind: Any) -> None:
    sandbox.faults.add(kind, times=gateway.RETRIES + 1)
    with pytest.raises(GatewayUnavailable, match="Stripe does not answer"):
        gateway.from_settings().products()
    assert gateway.from_settings().products() == []


def test_a_busy_stripe_is_not_pressed(sandbox: Sandbox) -> None:
    sandbox.faults.add("busy")
    with pytest.raises(GatewayUnavailable, match="Too many requests"):
        gateway.from_settings().products()


@pytest.mark.parametrize("kind", ["error", "unavailable", "refuse", "timeout"])
def test_what_passes_within_two_retries_is_not_noticed(sandbox: Sandbox, kind: Any) -> None:
    sandbox.faults.add(kind, times=gateway.RETRIES)
    assert gateway.from_settings().products() == []


def test_a_refusal_says_why(sandbox: Sandbox) -> None:
    with pytest.raises(GatewayRefused, match="Stripe refused: No such product"):
        gateway.from_settings().update_product("prod_unknown", {"name": "Digital"})


def test_one_key_makes_one_thing(sandbox: Sandbox) -> None:
    stripe = gateway.from_settings()
    made = [stripe.create_product({"name": "Digital"}, key="one") for _ in range(2)]
    assert made[0] == made[1]
    assert len(stripe.products()) == 1


def test_every_page_of_a_list_is_read(sandbox: Sandbox) -> None:
    stripe = gateway.from_settings()
    for number in range(230):
        stripe.create_product({"name": f"Package {number}"}, key=f"{number}")
    assert len({product["id"] for product in stripe.products()}) == 230


def test_without_a_key_it_says_what_is_missing(settings: LazySettings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(GatewayRefused, match="STRIPE_SECRET_KEY is not set"):
        gateway.from_settings()


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_goes_to_no_sandbox(settings: LazySettings, key: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = key, "http://127.0.0.1:8420"
    with pytest.raises(GatewayRefused, match="is a live key"):
        gateway.from_settings()
    for base in ("", "https://api.stripe.com", "https://api.stripe.com/"):
        settings.STRIPE_API_BASE = base
        assert gateway.from_settings()


def test_requests_go_to_the_base_that_is_set(settings: LazySettings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_abc"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{port}"
    with pytest.raises(GatewayUnavailable):
        gateway.from_settings().products()


def test_a_stripe_that_hangs_is_given_up(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gateway.TIMEOUT == (3, 10)
    monkeypatch.setattr(gateway, "TIMEOUT", (0.2, 0.2))
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.STRIPE_SECRET_KEY = "sk_test_abc"
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        kept: list[socket.socket] = []

        def accept() -> None:
            kept.extend(hanging.accept()[0] for _ in range(1 + gateway.RETRIES))

        threading.Thread(target=accept, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(GatewayUnavailable):
            gateway.from_settings().products()
        assert time.monotonic() - began < 3
        for connection in kept:
            connection.close()
