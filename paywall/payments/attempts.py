"""What became of a reader's way to the till: looking at Stripe, and closing what is over."""

import contextlib
from datetime import datetime
from enum import StrEnum

from paywall.payments import aftercare
from paywall.payments.asking import ATTEMPT
from paywall.payments.gateway import Gateway, GatewayError, GatewayMissing, GatewayRefused, Json
from paywall.payments.happened import Touched
from paywall.payments.models import CheckoutAttempt
from paywall.payments.updating import bring_up_to_date
from paywall.subscriptions.models import Customer, Purchase, Subscription

State = CheckoutAttempt.State


class Progress(StrEnum):
    """How far an attempt has come."""

    UNPAID = "unpaid"  # its page at Stripe is open
    EXPIRED = "expired"  # its page is closed, and nothing was paid there
    ON_ITS_WAY = "on its way"  # the order stands, and the bank takes its time
    OPENS = "opens"  # what was bought opens stories


def follow(stripe: Gateway, attempt: CheckoutAttempt, *, now: datetime) -> Progress:
    """Look what became of an attempt's session, and record what was paid there at once.

    Raises GatewayUnavailable and GatewayRefused; then nothing was recorded.
    """
    try:
        session = stripe.session(attempt.session_id)
    except GatewayMissing:
        close(attempt, State.EXPIRED)
        return Progress.EXPIRED
    if session["status"] == "open":
        return Progress.UNPAID
    if session["status"] == "expired":
        close(attempt, State.EXPIRED)
        return Progress.EXPIRED
    customer = Customer.objects.get(reader=attempt.reader_id)
    touched = Touched(sessions=frozenset({attempt.session_id}))
    bring_up_to_date(stripe, customer, touched, why="paid at Checkout", now=now)
    close(attempt, State.PAID)
    with contextlib.suppress(GatewayError):  # what follows is done by whoever looks next
        aftercare.look_after(stripe, customer, now=now)
    return Progress.OPENS if _opens(session, now) else Progress.ON_ITS_WAY


def withdraw(stripe: Gateway, attempt: CheckoutAttempt, *, now: datetime) -> Progress:
    """Close an attempt that the reader no longer wants, at Stripe first.

    It may have been paid in the same moment: then that is recorded, and told.
    """
    if not attempt.session_id:
        _expire_lost(stripe, attempt)
    else:
        try:
            stripe.expire_session(attempt.session_id)
        except GatewayRefused:  # it is open no more
            progress = follow(stripe, attempt, now=now)
            if progress is Progress.UNPAID:
                raise
            return progress
    close(attempt, State.EXPIRED)
    return Progress.EXPIRED


def close(attempt: CheckoutAttempt, state: CheckoutAttempt.State) -> None:
    """Write down that an attempt is over, unless somebody else did."""
    CheckoutAttempt.objects.open().filter(pk=attempt.pk).update(state=state)


def _expire_lost(stripe: Gateway, attempt: CheckoutAttempt) -> None:
    """Close the session of an attempt whose answer never came: nobody has its address."""
    customer = Customer.objects.filter(reader=attempt.reader_id).first()
    if customer is None or not customer.stripe_id:
        return
    for session in stripe.sessions(customer=customer.stripe_id, status="open"):
        if (session["metadata"] or {}).get(ATTEMPT) == str(attempt.key):
            with contextlib.suppress(GatewayRefused):  # somebody else did, in the same moment
                stripe.expire_session(session["id"])


def _opens(session: Json, now: datetime) -> bool:
    """Tell by our rows whether what a session sold opens stories."""
    if session["mode"] == "payment":
        return Purchase.objects.filter(stripe_id=session["id"]).exclude(paid_at=None).exists()
    bought = Subscription.objects.filter(stripe_id=session["subscription"])
    return bought.filter(opens_until__gt=now).exists()
