"""One letter of each kind and turn, as a reader would get it."""

from dataclasses import replace
from datetime import date, timedelta

from accounts.models import Reader
from paywall.letters.due import Due
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.letters.writing import letter_of
from paywall.subscriptions.snapshot import Status
from tests.letters.rows import (
    DAY,
    MONTH,
    NOW,
    SPORT,
    YEAR,
    a_pass,
    beginner,
    first_invoice,
    invoice,
    subscription,
    unpaid,
)

MIDNIGHT = NOW.replace(hour=0)
HOURS = timedelta(hours=2)
TRIAL_END = NOW + 30 * DAY
BY_YEAR = subscription(sold=YEAR, period_ends_at=NOW + 30 * DAY)
FAILING = subscription(status=Status.PAST_DUE, opens_until=NOW + 14 * DAY)
NEW_INVOICE = first_invoice(paid_at=NOW, made_at=NOW)
WAITING = unpaid(NOW - HOURS, next_attempt_at=NOW + 3 * DAY)

DUE = {
    "started": Due(Kind.STARTED, "", beginner(), NEW_INVOICE, sold=MONTH),
    "started, sections": Due(Kind.STARTED, "", beginner(sold=SPORT), NEW_INVOICE, sold=SPORT),
    "started, trial": Due(
        Kind.STARTED,
        "",
        beginner(status=Status.TRIALING, trial_ends_at=TRIAL_END),
        replace(NEW_INVOICE, amount_paid=0),
        sold=MONTH,
    ),
    "started, offer": Due(
        Kind.STARTED,
        "",
        beginner(),
        replace(NEW_INVOICE, amount_paid=100),
        sold=replace(MONTH, terms=replace(MONTH.terms, intro_amount=100, intro_months=3)),
        at=NOW + 92 * DAY,
    ),
    "pass": Due(Kind.PASS, "", bought=a_pass(), sold=a_pass().sold, at=a_pass().ends_at),
    "renewal": Due(Kind.RENEWAL_COMING, "", BY_YEAR, sold=YEAR, at=NOW + 30 * DAY),
    "renewal, card": Due(
        Kind.RENEWAL_COMING,
        "",
        replace(BY_YEAR, card_ends_date=date(2026, 12, 1)),
        sold=YEAR,
        at=NOW + 30 * DAY,
    ),
    "trial ending": Due(
        Kind.TRIAL_ENDING, "", beginner(status=Status.TRIALING), sold=MONTH, at=TRIAL_END
    ),
    "offer ending": Due(Kind.OFFER_ENDING, "", subscription(), sold=MONTH, at=NOW + 20 * DAY),
    "card expiring": Due(Kind.CARD_EXPIRING, "", subscription(), sold=MONTH, at=MIDNIGHT + 8 * DAY),
    "card expired": Due(Kind.CARD_EXPIRING, "", subscription(), sold=MONTH, at=MIDNIGHT - DAY),
    "failed": Due(Kind.PAYMENT_FAILED, "", FAILING, WAITING, sold=MONTH, at=NOW + 14 * DAY),
    "failed, day 3": Due(
        Kind.PAYMENT_FAILED, "", FAILING, WAITING, sold=MONTH, at=NOW + 11 * DAY, day=3
    ),
    "failed, day 7": Due(
        Kind.PAYMENT_FAILED,
        "",
        FAILING,
        replace(WAITING, next_attempt_at=None),
        sold=MONTH,
        at=NOW - DAY,
        day=7,
    ),
    "recovered": Due(
        Kind.RECOVERED, "", subscription(), invoice(paid_at=NOW), sold=MONTH, at=NOW + 20 * DAY
    ),
    "switched": Due(Kind.PRICE_CHANGE, "", subscription(), sold=MONTH),
    "switch waits": Due(
        Kind.PRICE_CHANGE,
        "",
        subscription(next_sold=SPORT, next_price_at=NOW + 20 * DAY),
        sold=SPORT,
        at=NOW + 20 * DAY,
    ),
    "cancelled": Due(Kind.CANCELLED, "", subscription(), sold=MONTH, at=NOW + 20 * DAY),
    "ended": Due(Kind.ENDED, "", subscription(), sold=MONTH, at=NOW),
    "ended, unpaid": Due(Kind.ENDED, "", subscription(), WAITING, sold=MONTH, at=NOW),
    "ended, refunded": Due(Kind.ENDED, "", subscription(reason="refunded"), sold=MONTH, at=NOW),
    "refunded": Due(
        Kind.REFUNDED,
        "",
        subscription(),
        invoice(amount_refunded=1200),
        sold=MONTH,
        at=NOW,
    ),
    "refunded in part": Due(
        Kind.REFUNDED, "", bought=a_pass(amount_refunded=100), sold=a_pass().sold, at=NOW
    ),
}


def sample(name: str, reader: Reader) -> Letter:
    return letter_of(DUE[name], reader, now=NOW)
