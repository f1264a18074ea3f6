"""Living a life at a Stripe, and in a database, of which nothing is left after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from paywall.payments import gateway, inbox
from paywall.payments.models import StripeEvent
from tests.payments.conftest import NOW
from tests.payments.lives import LIVES, Life, what_is_left
from tests.payments.shop import opened
from tests.payments.telling import events, signed
from tests.stripe_sandbox import InProcessClient, Sandbox


@contextmanager
def begun(
    monkeypatch: pytest.MonkeyPatch, reach: Callable[[Sandbox], InProcessClient] = InProcessClient
) -> Iterator[Life]:
    """Begin a life; `reach` makes what the newspaper reaches Stripe by."""
    sandbox = Sandbox(NOW)
    monkeypatch.setattr(gateway, "http_client", lambda: reach(sandbox))
    with transaction.atomic():
        yield Life(opened(sandbox))
        transaction.set_rollback(True)
    assert not sandbox.mismatches


def told(life: Life, event: dict[str, Any]) -> None:
    """Have an event received and handled."""
    body, headers = signed(event)
    event_id = inbox.receive(
        body, headers["Stripe-Signature"], now=life.paper.now, real_now=timezone.now()
    )
    if event_id:
        inbox.handle(event_id, now=life.paper.now)


def live(life: Life, name: str, *, steps: int | None = None) -> None:
    """Live some or all steps of a life; every event is handled as it happens."""
    heard = 0
    for step in LIVES[name][:steps]:
        step(life)
        while heard < len(happened := events(life.paper)):
            told(life, happened[heard])
            heard += 1
    assert not StripeEvent.objects.exclude(error="").exists()


def in_order(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Return what is left of a life that was told as it happened."""
    with begun(monkeypatch) as life:
        live(life, name)
        return what_is_left(life)
