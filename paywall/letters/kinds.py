"""The kinds of letters. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """What a letter is about."""

    STARTED = "started"
    PASS = "pass"  # noqa: S105  # a pass for some days, no password
    RENEWAL_COMING = "renewal_coming"
    TRIAL_ENDING = "trial_ending"
    OFFER_ENDING = "offer_ending"
    CARD_EXPIRING = "card_expiring"
    PAYMENT_FAILED = "payment_failed"
    RECOVERED = "recovered"
    PRICE_CHANGE = "price_change"
    CANCELLED = "cancelled"
    ENDED = "ended"
    REFUNDED = "refunded"
    PRINT_ACTIVATED = "print_activated"
    PRINT_HOLD = "print_hold"
    PRINT_ENDING = "print_ending"
    PRINT_ENDED = "print_ended"
    PRINT_BACK = "print_back"
    PRINT_ASKED = "print_asked"
    PRINT_DECLINED = "print_declined"
    PRINT_INVITATION = "print_invitation"
    CIRCULATION = "circulation"
    ACCOUNT_MADE = "account_made"
    ACCOUNT_CLOSED = "account_closed"
    PAYMENT_LINK = "payment_link"
    WEEKLY_FIGURES = "weekly_figures"  # to the publisher


# Written because somebody on the staff asked for it.
BY_STAFF = frozenset({Kind.ACCOUNT_MADE, Kind.PAYMENT_LINK})

# Everything else is a notice about money, or about what a reader has: they cannot do without.
MAY_BE_STOPPED = frozenset({Kind.CARD_EXPIRING, Kind.ENDED})

# To somebody whom we do not know any more: nothing is kept of it once it is sent, or given up.
KEPT_UNTIL_SENT = frozenset({Kind.ACCOUNT_CLOSED})

LETTER_CHOICES = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in Kind]
