"""Whatever was told of, however often, the reader gets one letter about it."""

from functools import partial
from itertools import cycle, islice
from typing import Any

import pytest
from django.core import mail
from kombu.exceptions import OperationalError

from paywall import clock, tasks
from paywall.letters.models import Letter
from paywall.payments.models import StripeEvent
from tests.metering.racing import race
from tests.payments.shop import Newspaper
from tests.payments.telling import events, keep, subscribe_at_stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tasks_here")]


@pytest.fixture(autouse=True)
def _the_clock_of_stripe(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: paper.now)


def subjects() -> list[str]:
    """Return what was sent, where nothing went wrong on the way."""
    assert not StripeEvent.objects.exclude(error="").values_list("error", flat=True)
    assert not Letter.objects.exclude(error="").values_list("error", flat=True)
    return [str(sent.subject) for sent in mail.outbox]


def test_fifty_copies_of_one_event_send_one_letter(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    paid = next(event for event in events(paper) if event["type"] == "invoice.paid")
    keep(paper, paid)
    race(partial(tasks.handle_stripe_event, paid["id"]) for _ in range(50))
    assert subjects() == ["Your subscription has started"]


def test_all_that_is_told_of_one_purchase_at_once_sends_one_letter(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    told = events(paper)
    keep(paper, *told)
    ids = [event["id"] for event in told]
    race(partial(tasks.handle_stripe_event, one) for one in islice(cycle(ids), 50))
    assert subjects() == ["Your subscription has started"]
    assert "See your receipt" in str(mail.outbox[0].body)


def test_the_sweeper_writes_too(paper: Newspaper) -> None:
    subscribe_at_stripe(paper, paper.customer())
    keep(paper, *events(paper))
    tasks.sweep_stripe_events()
    assert len(mail.outbox) == 1


def test_the_calendar_writes_and_sends(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, paper.year)
    tasks.write_letters(customer.pk)
    tasks.write_letters(customer.pk + 1000)
    paper.advance(days=340)
    tasks.write_letters_due()
    tasks.write_letters_due()
    assert [sent.subject for sent in mail.outbox] == [
        "Your subscription has started",
        "Your subscription renews on 23 November 2027",
    ]


def test_without_redis_letters_wait_for_the_next_minute(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("Error 111 connecting to 127.0.0.1:6379.")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.send_letters, "delay", away)
        customer = paper.customer()
        paper.subscribe(customer)
        tasks.write_letters(customer.pk)
    assert mail.outbox == []
    assert Letter.objects.count() == 1
    tasks.send_letters()
    assert len(mail.outbox) == 1
