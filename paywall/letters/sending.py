"""Sending the letters of the outbox, each once.

Whoever sends a letter first moves its `next_try_at` on, in one conditional UPDATE: the one whose
UPDATE counted has it, and if he crashes the next one tries when that moment comes. So a letter is
never lost. It can come twice in one case alone: the mail server said yes, and we died before the
next statement noted it. Then it comes with the same Message-ID, by which mailboxes know it again
(RFC 5322, section 3.6.4); the other order, noting before sending, would lose letters instead.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q, QuerySet

from paywall.letters import stopping
from paywall.letters.kinds import KEPT_UNTIL_SENT, MAY_BE_STOPPED
from paywall.letters.models import Letter

logger = logging.getLogger(__name__)

# After each try; the first is longer than a mail server that answers slowly can take.
PAUSES = [timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440, 1440, 1440)]
MOST_LETTERS = 1000  # of one run; the next one comes within a minute
NOT_WANTED = "The reader has stopped these letters."
NOT_HEARD_OF = "Whoever sent it never came back."


@dataclass
class Post:
    """A connection to the mail server, kept open from letter to letter.

    Opened by us, it is not closed by sending: nothing stands between the server's yes and our note.
    """

    _connection: BaseEmailBackend | None = field(default=None)

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand a message to the mail server. Raises what the backend raises, or OSError."""
        if self._connection is None:
            connection = get_connection()
            connection.open()
            self._connection = connection
        if not self._connection.send_messages([message]):
            raise OSError("The mail server was not asked: is the address empty?")

    def close(self) -> None:
        """Hang up; what the server says to that concerns no letter."""
        connection, self._connection = self._connection, None
        try:
            if connection:
                connection.close()
        except OSError as error:
            logger.warning("The mail server did not say goodbye: %s", type(error).__name__)


def send_due(clock: Callable[[], datetime]) -> int:
    """Send what is due and return how many tries that took. The clock is read for each letter."""
    post, tries = Post(), 0
    try:
        while tries < MOST_LETTERS and (letter := take(now=clock())):
            tries += 1
            _send(letter, post, clock)
    finally:
        post.close()
    _forget_the_last()
    return tries


def _forget_the_last() -> None:
    """Delete the letters to who is not known any more, once they are sent or given up."""
    last = Letter.objects.filter(kind__in=KEPT_UNTIL_SENT)
    last.exclude(sent_at=None, given_up_at=None).delete()


def take(*, now: datetime) -> Letter | None:
    """Take the letter that waits longest, so that nobody else sends it now; None: there is none."""
    while letter := Letter.objects.due(now).order_by("next_try_at", "pk").first():
        pause = PAUSES[min(letter.tries, len(PAUSES) - 1)]
        taken = Letter.objects.due(now).filter(pk=letter.pk, tries=letter.tries)
        if taken.update(tries=F("tries") + 1, next_try_at=now + pause):
            letter.tries += 1
            return letter
    return None


def try_again(letter: Letter, *, now: datetime) -> bool:
    """Have a letter that was given up sent after all; False: it is on its way, or was sent."""
    given_up = Letter.objects.filter(pk=letter.pk, sent_at=None, given_up_at__isnull=False)
    return bool(given_up.update(given_up_at=None, seen_at=None, tries=0, next_try_at=now))


def looked_at(letters: QuerySet[Letter], *, now: datetime) -> int:
    """Let those of some letters that came back or were given up wait for staff no longer."""
    failed = letters.filter(Q(bounced_at__isnull=False) | Q(given_up_at__isnull=False))
    return failed.filter(seen_at=None).update(seen_at=now)


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as it goes to the mail server."""
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    if letter.kind in MAY_BE_STOPPED and letter.reader:
        # https://www.rfc-editor.org/rfc/rfc8058
        headers["List-Unsubscribe"] = f"<{stopping.address_for(letter.reader)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        settings.DEFAULT_FROM_EMAIL,
        [letter.address],
        reply_to=[settings.HELP_EMAIL],  # some say: answer this email
        headers=headers,
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def _send(letter: Letter, post: Post, clock: Callable[[], datetime]) -> None:
    """Send one letter that was taken, and note what became of it."""
    row = Letter.objects.filter(pk=letter.pk, sent_at=None)
    if letter.tries > len(PAUSES):
        row.update(given_up_at=clock(), error=letter.error or NOT_HEARD_OF)
        return
    stopped = letter.kind in MAY_BE_STOPPED and letter.reader and not stopping.wants(letter.reader)
    if stopped:
        row.update(given_up_at=clock(), error=NOT_WANTED)
        return
    message = message_of(letter)
    try:
        post.send(message)
    except Exception as error:  # one letter that cannot be sent keeps no other back
        post.close()
        gives_up = letter.tries >= len(PAUSES) or _refuses_the_address(error)
        given_up_at = clock() if gives_up else None
        row.update(given_up_at=given_up_at, error=f"{type(error).__name__}: {error}"[:2000])
        # The error has the address in it, which is for no log.
        logger.warning("Letter %d was not sent: %s", letter.pk, type(error).__name__)
        return
    row.update(sent_at=clock(), error="")


def _refuses_the_address(error: Exception) -> bool:
    """Tell whether the address is none, for good; a 5.7 is about us: https://www.rfc-editor.org/rfc/rfc3463"""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    answers = error.recipients.values()
    return all(code >= 500 and b"5.7." not in text for code, text in answers)
