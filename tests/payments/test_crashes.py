"""Whoever handles an event may die at every step of it: told again, or swept up, it ends right."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import stripe
from django.conf import LazySettings
from django.db import connection, transaction

from paywall.payments import gateway, inbox
from paywall.payments.models import StripeEvent
from tests.payments.lives import LIVES, Life, what_is_left
from tests.payments.living import begun, live, told
from tests.payments.telling import SECRET, events
from tests.stripe_sandbox import TEST_KEY, InProcessClient
from tests.stripe_sandbox.idempotency import Replays

# A life, how many steps of it are recorded, and the event of the next one that is handled.
HANDLERS = [
    ("an end at once", 0, "invoice.paid"),
    ("renewals", 1, "customer.subscription.updated"),
    ("renewals", 3, "customer.updated"),
    ("a switch up", 2, "customer.subscription.updated"),
    ("a refund in part and then whole", 3, "charge.refunded"),
    ("a dispute that is lost", 1, "charge.dispute.created"),
    ("a dispute that is won", 2, "charge.dispute.closed"),
    ("a pass that is paid late", 1, "checkout.session.async_payment_succeeded"),
    ("two subscriptions at once", 2, "invoice.paid"),
]


class Died(BaseException):
    """The process is gone: nothing catches it."""


class Steps:
    """Counts writes and answers of Stripe, and breaks off at one of them."""

    def __init__(self) -> None:
        self.taken, self.last = 0, 0
        self.fails: Callable[[], BaseException] = Died

    def step(self) -> None:
        """Take one; raises at the last one."""
        self.taken += 1
        if self.taken == self.last:
            raise self.fails()

    def before_each_write(self, execute: Any, sql: str, *args: Any) -> Any:
        if self.fails is Died and sql.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            self.step()
        return execute(sql, *args)

    @contextmanager
    def counted(self, last: int = 0) -> Iterator[None]:
        self.taken, self.last = 0, last
        with connection.execute_wrapper(self.before_each_write):
            yield
        self.last = 0


steps = Steps()


def lost() -> BaseException:
    """Return what the SDK raises when an answer does not arrive."""
    error: BaseException = stripe.APIConnectionError("lost")  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    return error


class MortalClient(InProcessClient):
    """Stripe did it, and then whoever asked dies, or the answer is lost."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().request(*args, **kwargs)
        steps.step()
        return answer


@pytest.fixture(autouse=True)
def _a_key(settings: LazySettings, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = TEST_KEY, SECRET
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    monkeypatch.setattr(gateway, "RETRIES", 0)


@contextmanager
def forgotten(life: Life) -> Iterator[None]:
    """Have what follows happen to neither the database nor Stripe."""
    sandbox = life.paper.sandbox
    before = pickle.dumps((sandbox.store, sandbox.clock))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    sandbox.store, sandbox.clock = pickle.loads(before)
    sandbox.replays = Replays()


def handled_with_trouble(life: Life, event: dict[str, Any], last: int) -> list[Any]:
    """Handle an event of which step `last` fails; then have it told again, or swept up."""
    with forgotten(life):
        with steps.counted(last), suppress(Died):
            told(life, event)
        transaction.set_rollback(False)  # what had begun was rolled back, and no more
        StripeEvent.objects.update(next_try_at=life.paper.now)  # as if the minute were over
        if last % 2:
            told(life, event)
        while inbox.sweep(now=life.paper.now) is not None:
            pass
        assert not StripeEvent.objects.filter(handled_at=None).exists()
        return what_is_left(life)


@pytest.mark.parametrize("trouble", ["a crash", "an answer lost"])
@pytest.mark.parametrize(("name", "recorded", "kind"), HANDLERS)
def test_broken_off_anywhere_it_ends_right(
    monkeypatch: pytest.MonkeyPatch, name: str, recorded: int, kind: str, trouble: str
) -> None:
    with begun(monkeypatch, MortalClient) as life:
        live(life, name, steps=recorded)
        known = len(events(life.paper))
        LIVES[name][recorded](life)
        event = next(each for each in events(life.paper)[known:] if each["type"] == kind)
        steps.fails = lost if trouble == "an answer lost" else Died
        with forgotten(life), steps.counted():
            told(life, event)
            wanted, count = what_is_left(life), steps.taken
        assert count
        for last in range(1, count + 1):
            assert handled_with_trouble(life, event, last) == wanted, f"step {last} of {count}"
