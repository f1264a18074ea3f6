"""A crash at any step loses no letter, and repeats one in the one window that is documented."""

from datetime import timedelta

import pytest
from django.core import mail

from paywall.letters import sending, walking, writing
from paywall.letters.models import Letter
from tests.letters.crashing import crash
from tests.letters.outbox import Clock, make_letter
from tests.letters.rows import NOW
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db(transaction=True)

# From the mail server's yes to our note: nothing may stand between.
WINDOW = ["after sending", "before UPDATE paywall_letter"]


def test_a_crash_while_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    number, repeated = 0, list[str]()
    while True:
        number += 1
        mail.outbox.clear()
        Letter.objects.all().delete()
        letter = make_letter()
        with crash(monkeypatch, at=number) as steps:
            sending.send_due(Clock())
        if "crashed" not in steps.done:
            break
        sending.send_due(Clock(NOW + timedelta(minutes=5)))
        letter.refresh_from_db()
        assert letter.sent_at
        ids = [str(sent.extra_headers["Message-ID"]) for sent in mail.outbox]
        assert set(ids) == {letter.message_id}
        if len(ids) > 1:
            repeated.append(steps.done[-2].replace('"', ""))
    assert number > 8
    assert repeated == WINDOW


def test_a_crash_while_writing(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever recorded it never comes back: the walk writes what he did not."""
    customer = paper.customer()
    paper.subscribe(customer)
    number = 0
    while True:
        number += 1
        Letter.objects.all().delete()
        with crash(monkeypatch, at=number) as steps:
            writing.write_due(customer, now=paper.now)
        if "crashed" not in steps.done:
            break
        walking.write_all_due(now=paper.now + timedelta(hours=1))
        assert Letter.objects.count() == 1
    assert number > 30


def test_a_letter_whose_senders_all_crash_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    letter, clock = make_letter(), Clock()
    for _try in sending.PAUSES:
        with crash(monkeypatch, at=5) as steps:
            sending.send_due(clock)
        assert steps.done[-2:] == ["before sending", "crashed"]
        letter.refresh_from_db()
        clock.now = letter.next_try_at
    sending.send_due(clock)
    letter.refresh_from_db()
    assert letter.given_up_at == clock.now
    assert letter.error == sending.NOT_HEARD_OF
    assert mail.outbox == []
