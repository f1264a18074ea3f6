"""Told thrice, in any order, with slow answers: every life ends as it does told in order."""

from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings

from paywall.payments.models import StripeEvent
from paywall.subscriptions import recording
from tests.payments.interleaving import Interleaving, SlowStripe
from tests.payments.lives import LIVES, what_is_left
from tests.payments.living import begun, in_order, told
from tests.payments.telling import SECRET, events
from tests.stripe_sandbox import TEST_KEY

# Two hundred orders in all, most of the lives in which little happens: the others take long.
ORDERS = dict.fromkeys(LIVES, 4) | {
    "a pass that is paid late": 68,
    "an end at once": 24,
    "a cancellation taken back": 24,
    "a cancellation": 18,
    "a dispute that is won": 10,
    "a dispute that is lost": 10,
    "a switch down": 10,
}
AGAIN = 0.1  # of all events
# A late payment opens from when it is seen: an answer on its way for days would be seen before.
SEEN_IN_TIME = {"a pass that is paid late"}


def in_any_order(monkeypatch: pytest.MonkeyPatch, name: str, seed: int) -> list[Any]:
    """Live it while its events are told thrice, each whenever the seed likes."""
    with begun(monkeypatch, SlowStripe) as life:
        work, waiting, heard = Interleaving(seed), list[Any](), len(events(life.paper))
        random = work.random.random
        hurry = 0.3 + 0.6 * random()  # how many are at work at once

        def hear() -> None:
            nonlocal heard
            happened = events(life.paper)
            waiting.extend(happened[heard:] * 3)
            waiting.extend(_again(event) for event in happened[heard:] if random() < AGAIN)
            heard = len(happened)

        def go_on() -> None:
            if waiting and random() < hurry:
                event = waiting.pop(work.random.randrange(len(waiting)))
                work.begin(partial(told, life, event))
            else:
                work.go_on()

        for step in LIVES[name]:
            if name in SEEN_IN_TIME:
                work.finish()
            step(life)
            hear()
            for _ in range(work.random.randrange(40)):
                go_on()
        while waiting:
            go_on()
            hear()  # what is done at Stripe is told too
        work.finish()
        assert not StripeEvent.objects.exclude(error="").exists()
        return what_is_left(life)


def _again(event: dict[str, Any]) -> dict[str, Any]:
    """Stripe tells some things under two ids: those are handled twice indeed."""
    return {**event, "id": f"{event['id']}_again"}


@pytest.fixture(autouse=True)
def _a_key(settings: LazySettings, db: None) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = TEST_KEY, SECRET


@pytest.mark.parametrize("name", LIVES)
def test_any_order_ends_as_the_order_of_what_happened(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wanted = in_order(monkeypatch, name)
    for seed in range(ORDERS[name]):
        assert in_any_order(monkeypatch, name, seed) == wanted, f"{name}, seed {seed}"


def test_there_are_two_hundred_orders() -> None:
    assert ORDERS.keys() == LIVES.keys()
    assert sum(ORDERS.values()) >= 200
    assert min(ORDERS.values()) >= 4


def test_control_without_tickets_an_old_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_is_newer", lambda *_: True)
    name = "a cancellation"
    wanted = in_order(monkeypatch, name)
    assert any(in_any_order(monkeypatch, name, seed) != wanted for seed in range(20))
