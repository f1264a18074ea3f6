"""The last letter, once an account is closed: that it is, and that nothing more is charged."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Reader
from paywall.catalog.models import Price
from paywall.letters.composing import compose
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter

WHY_SENT = "This is the last email to the address that your account had."


def last_letter(
    reader: Reader, *, ended: Sequence[Price], keeps_invoices: bool, now: datetime
) -> Letter:
    """Return the letter to a reader who is about to be deleted; not saved, and not theirs.

    `ended` is what they paid for until now. It goes with the reader's address alone, which
    `sending` deletes with it.
    """
    about = {"ended": ended, "keeps_invoices": keeps_invoices}
    return compose(
        Kind.ACCOUNT_CLOSED,
        f"account_closed:{reader.public_id}",
        None,
        about,
        now=now,
        address=reader.email,
        why_sent=WHY_SENT,
    )
