"""Several workers empty one outbox. The control takes without the conditional UPDATE."""

from datetime import datetime
from functools import partial

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import QuerySet

from paywall.letters import sending
from paywall.letters.models import Letter
from tests.letters.outbox import Clock, make_letter
from tests.making import make_reader
from tests.metering.racing import hesitate, race, slow_down, some_try_breaks

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS, WORKERS = 6, 4


@pytest.fixture(autouse=True)
def _hesitation(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch, QuerySet, "first")
    slow_down(monkeypatch, EmailBackend, "send_messages")


def sent_of_six() -> list[str]:
    """Return the Message-IDs of what several workers sent."""
    mail.outbox.clear()
    Letter.objects.all().delete()
    reader = make_reader()
    for _ in range(LETTERS):
        make_letter(reader=reader)
    race(partial(sending.send_due, Clock()) for _ in range(WORKERS))
    assert not Letter.objects.filter(sent_at=None).exists()
    return [str(sent.extra_headers["Message-ID"]) for sent in mail.outbox]


def test_several_workers_send_each_letter_once() -> None:
    for _ in range(5):
        sent = sent_of_six()
        assert len(sent) == len(set(sent)) == LETTERS


def test_control_taken_carelessly_letters_come_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*, now: datetime) -> Letter | None:
        letter = Letter.objects.due(now).order_by("next_try_at", "pk").first()
        if letter:
            hesitate()
            moved = Letter.objects.filter(pk=letter.pk)
            moved.update(tries=letter.tries + 1, next_try_at=now + sending.PAUSES[0])
        return letter

    monkeypatch.setattr(sending, "take", take)
    assert some_try_breaks(lambda: len(sent_of_six()) > LETTERS)
