"""The letters that somebody on the staff has written: to a caller, or once more."""

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from accounts.models import Reader
from paywall.letters.composing import compose
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter

MADE_BY_US = "Somebody at our desk made an account with this address, as you asked on the phone."


def write_account_made(reader: Reader, *, key: str, now: datetime) -> Letter:
    """Write to a caller that there is an account, and how to choose its password."""
    about = {"password_url": f"{settings.SITE_URL}{reverse('account_reset_password')}"}
    letter = compose(
        Kind.ACCOUNT_MADE, f"account_made:{key}", reader, about, now=now, why_sent=MADE_BY_US
    )
    letter.save()
    return letter


def write_payment_link(
    reader: Reader, *, what: str, price: str, link: str, owed: bool, key: str, now: datetime
) -> Letter:
    """Write where to pay: something that is owed, or a package to choose."""
    about = {"what": what, "price": price, "link": link, "owed": owed}
    letter = compose(Kind.PAYMENT_LINK, f"payment_link:{key}", reader, about, now=now)
    letter.save()
    return letter


def send_again(letter: Letter, *, key: str, now: datetime) -> Letter:
    """Have the same letter go out once more, to the reader's address of today.

    It is a letter of its own: under its old Message-ID, mailboxes would take it for a repeat.
    """
    again = Letter(
        key=f"again:{key}",
        kind=letter.kind,
        reader=letter.reader,
        address=letter.reader.email if letter.reader else letter.address,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=f"<{uuid.uuid4()}@{urlsplit(settings.SITE_URL).hostname}>",
        written_at=now,
        next_try_at=now,
    )
    again.save()
    return again
