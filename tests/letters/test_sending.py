"""Letters leave the outbox once, whatever happens on the way."""

import logging
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage as Wire
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend

from paywall.letters import sending, stopping
from paywall.letters.kinds import MAY_BE_STOPPED, Kind
from paywall.letters.models import Letter
from tests.letters.outbox import Clock, make_letter
from tests.letters.rows import NOW

pytestmark = pytest.mark.django_db

REFUSED = "Refused: nobody"


def failing_with(error: Exception, times: int = 1000) -> Callable[..., Any]:
    """Return a sending that fails so many times, and works then."""
    send = EmailBackend.send_messages
    left = [error] * times

    def send_messages(self: EmailBackend, messages: Any) -> Any:
        if left:
            raise left.pop()
        return send(self, messages)

    return send_messages


def refused(code: int, text: bytes) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({"reader@example.com": (code, text)})


def on_the_wire(position: int = -1) -> Wire:
    return mail.outbox[position].message()


def test_a_letter_is_sent_once() -> None:
    letter = make_letter()
    assert sending.send_due(Clock()) == 1
    letter.refresh_from_db()
    assert letter.sent_at == NOW
    assert sending.send_due(Clock(NOW + timedelta(days=30))) == 0
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert isinstance(sent, EmailMultiAlternatives)
    assert (sent.to, sent.cc, sent.bcc) == ([letter.address], [], [])
    assert sent.body == "A text.\n"
    assert sent.alternatives == [("<p>A text.</p>", "text/html")]
    wire = on_the_wire()
    assert wire["Message-ID"] == letter.message_id
    assert wire["Auto-Submitted"] == "auto-generated"


def test_each_letter_goes_to_one_mailbox() -> None:
    for _ in range(3):
        make_letter()
    assert sending.send_due(Clock()) == 3
    assert [len(sent.recipients()) for sent in mail.outbox] == [1, 1, 1]
    assert len({sent.recipients()[0] for sent in mail.outbox}) == 3


def test_what_is_not_due_yet_waits() -> None:
    make_letter(at=NOW + timedelta(seconds=1))
    assert sending.send_due(Clock()) == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_letters_can_be_stopped_unless_they_are_about_money(kind: Kind) -> None:
    make_letter(kind)
    sending.send_due(Clock())
    wire = on_the_wire()
    if kind in MAY_BE_STOPPED:
        assert wire["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/letters/stop/")
        assert wire["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    else:
        assert "List-Unsubscribe" not in wire
        assert "List-Unsubscribe-Post" not in wire


def test_what_was_stopped_after_it_was_written_is_not_sent() -> None:
    unwanted = make_letter(Kind.ENDED)
    assert unwanted.reader
    stopping.stop(unwanted.reader, now=NOW)
    about_money = make_letter(Kind.REFUNDED, reader=unwanted.reader)
    sending.send_due(Clock())
    assert [on_the_wire()["Message-ID"]] == [about_money.message_id]
    assert len(mail.outbox) == 1
    unwanted.refresh_from_db()
    assert unwanted.given_up_at == NOW
    assert unwanted.error == sending.NOT_WANTED


def test_a_failure_is_kept_and_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = make_letter()
    failing = failing_with(SMTPServerDisconnected("gone"), times=2)
    monkeypatch.setattr(EmailBackend, "send_messages", failing)
    clock = Clock()
    for pause in (5, 15):
        assert sending.send_due(clock) == 1
        letter.refresh_from_db()
        assert letter.error == "SMTPServerDisconnected: gone"
        assert letter.next_try_at == clock.now + timedelta(minutes=pause)
        clock.now = letter.next_try_at - timedelta(seconds=1)
        assert sending.send_due(clock) == 0
        clock.now = letter.next_try_at
    assert sending.send_due(clock) == 1
    letter.refresh_from_db()
    assert (letter.sent_at, letter.error, letter.tries) == (clock.now, "", 3)


def test_it_is_given_up_after_days_of_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = make_letter()
    monkeypatch.setattr(EmailBackend, "send_messages", failing_with(TimeoutError("slow")))
    clock = Clock()
    while letter.given_up_at is None:
        assert sending.send_due(clock) == 1
        letter.refresh_from_db()
        clock.now = letter.next_try_at
    assert letter.tries == len(sending.PAUSES)
    assert timedelta(days=2) < letter.given_up_at - NOW < timedelta(days=4)
    assert sending.send_due(Clock(NOW + timedelta(days=90))) == 0


@pytest.mark.parametrize(
    ("error", "gives_up"),
    [
        (refused(550, b"5.1.1 No such user"), True),
        (refused(550, b"No such user"), True),
        (refused(550, b"5.7.1 Relaying denied"), False),
        (refused(450, b"4.2.1 Try later"), False),
        (SMTPDataError(554, b"5.6.0 Not like this"), False),
        (ConnectionRefusedError(), False),
        (ValueError("a broken header"), False),
    ],
)
def test_an_address_that_is_none_is_given_up_at_once(
    monkeypatch: pytest.MonkeyPatch, error: Exception, gives_up: bool
) -> None:
    letter = make_letter()
    monkeypatch.setattr(EmailBackend, "send_messages", failing_with(error))
    sending.send_due(Clock())
    letter.refresh_from_db()
    assert (letter.given_up_at is not None) is gives_up


def test_staff_have_a_letter_sent_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = make_letter()
    monkeypatch.setattr(EmailBackend, "send_messages", failing_with(refused(550, b""), times=1))
    sending.send_due(Clock())
    assert sending.try_again(letter, now=NOW)
    assert not sending.try_again(letter, now=NOW)
    sending.send_due(Clock())
    letter.refresh_from_db()
    assert letter.sent_at
    assert not sending.try_again(letter, now=NOW)
    assert sending.send_due(Clock()) == 0


def test_one_that_fails_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_letter(), make_letter()
    monkeypatch.setattr(EmailBackend, "send_messages", failing_with(ValueError("?"), times=1))
    assert sending.send_due(Clock()) == 2
    assert on_the_wire()["Message-ID"] == second.message_id
    first.refresh_from_db()
    assert first.sent_at is None


def test_many_letters_share_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[str]()
    monkeypatch.setattr(EmailBackend, "open", lambda _self: calls.append("open"))
    monkeypatch.setattr(EmailBackend, "close", lambda _self: calls.append("close"))
    for _ in range(3):
        make_letter()
    sending.send_due(Clock())
    assert calls == ["open", "close"]


def test_logs_have_nobody_in_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    letter = make_letter()
    error = SMTPRecipientsRefused({letter.address: (550, b"no " + letter.address.encode())})
    monkeypatch.setattr(EmailBackend, "send_messages", failing_with(error))
    with caplog.at_level(logging.DEBUG):
        sending.send_due(Clock())
    assert "was not sent" in caplog.text
    assert letter.address not in caplog.text
    assert letter.address in Letter.objects.get().error
