"""One event many times in the same moment, and several who sweep: each with a careless control."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from paywall.payments import inbox, updating
from paywall.payments.models import StripeEvent
from paywall.subscriptions.models import Customer, Subscription, SubscriptionChange
from tests.metering.racing import hesitate, race, slow_down, some_try_breaks
from tests.payments.shop import Newspaper
from tests.payments.telling import events, keep, signed, subscribe_at_stripe

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 50


def tell(paper: Newspaper, event: dict[str, Any]) -> None:
    """Receive and handle a delivery, as each worker does."""
    body, headers = signed(event)
    hesitate()
    event_id = inbox.receive(
        body, headers["Stripe-Signature"], now=paper.now, real_now=timezone.now()
    )
    hesitate()
    assert event_id
    inbox.handle(event_id, now=paper.now)


def effects_of_copies(paper: Newspaper, number: int) -> tuple[int, int]:
    """Tell of a subscription's payment by many copies; return fetches and changes recorded."""
    customer = paper.customer(f"reader{number}@example.com")
    subscribe_at_stripe(paper, customer)
    event = next(each for each in reversed(events(paper)) if each["type"] == "invoice.paid")
    race(partial(tell, paper, event) for _ in range(COPIES))
    customer.refresh_from_db()
    changes = SubscriptionChange.objects.filter(subscription__customer=customer, what="status")
    return customer.ticket, changes.count()


@contextmanager
def taking_carelessly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look first and take then, instead of both at once."""

    def handle(event_id: str, *, now: datetime) -> Customer | None:
        event = StripeEvent.objects.due(now).filter(stripe_id=event_id).first()
        hesitate()
        if event is None:
            return None
        StripeEvent.objects.filter(pk=event.pk).update(
            tries=F("tries") + 1, next_try_at=now + inbox.FOLLOWED_AFTER
        )
        return inbox._handle(event, now)

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "handle", handle)
        yield


def test_fifty_copies_of_one_event_have_one_effect(paper: Newspaper) -> None:
    assert effects_of_copies(paper, 1) == (1, 1)
    assert StripeEvent.objects.count() == 1


def test_control_fifty_copies_taken_carelessly_are_handled_again(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = count(1)
    with taking_carelessly(monkeypatch):
        assert some_try_breaks(lambda: effects_of_copies(paper, next(number))[0] > 1)


def test_one_double_told_by_many_events_at_once_is_refunded_once(paper: Newspaper) -> None:
    customer = paper.customer()
    for _ in range(2):
        subscribe_at_stripe(paper, customer)
        paper.advance(seconds=1)
    told = [each for each in events(paper) if each["type"].startswith(("invoice", "customer.s"))]
    keep(paper, *told)
    race(partial(inbox.handle, each["id"], now=paper.now) for each in told)
    later = paper.advance(minutes=5)  # who met somebody else at Stripe comes again
    while inbox.sweep(now=later) is not None:
        pass
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    assert len(list(paper.sandbox.store.all("refund"))) == 1
    assert Subscription.objects.running().count() == 1


def handled_by_four_sweepers(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how often each of the events was handled that four swept up at once."""
    keep(paper, *events(paper))
    StripeEvent.objects.update(handled_at=None, tries=0, next_try_at=paper.now)
    handled: list[int] = []

    def handle(event: StripeEvent, now: datetime) -> None:
        hesitate()
        handled.append(event.pk)
        StripeEvent.objects.filter(pk=event.pk).update(handled_at=now)

    def sweep() -> None:
        while inbox.sweep(now=paper.now) is not None:
            pass

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_handle", handle)
        race([sweep] * 4)
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    return [handled.count(pk) for pk in set(handled)]


def test_what_several_sweep_up_at_once_is_handled_once(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe_at_stripe(paper, paper.customer())
    monkeypatch.setattr(inbox, "AT_A_TIME", 3)
    for _ in range(5):
        assert set(handled_by_four_sweepers(paper, monkeypatch)) == {1}


def test_control_swept_up_without_taking_some_are_handled_again(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(now: datetime) -> list[StripeEvent]:
        return list(StripeEvent.objects.due(now)[: inbox.AT_A_TIME])

    subscribe_at_stripe(paper, paper.customer())
    monkeypatch.setattr(inbox, "_take", take)
    assert some_try_breaks(lambda: max(handled_by_four_sweepers(paper, monkeypatch)) > 1)


def test_slow_answers_in_threads_end_as_stripe_has_it(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, updating, "_fetch_subscription", "_fetch_invoice", most=0.02)
    customer = paper.customer()
    subscription_id = subscribe_at_stripe(paper, customer)
    keep(paper, *events(paper))

    def change() -> None:
        for later in (True, False, True):
            hesitate(0.02)
            paper.v1.subscriptions.update(subscription_id, {"cancel_at_period_end": later})
            told = events(paper)[-1]
            keep(paper, told)
            inbox.handle(told["id"], now=paper.now)

    def sweep() -> None:
        while inbox.sweep(now=paper.now) is not None:
            hesitate(0.02)

    race([change, sweep, sweep, sweep])
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    assert Subscription.objects.get().reason == "cancelled later"
