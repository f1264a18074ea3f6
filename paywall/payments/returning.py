"""A reader comes back from Stripe's page: look at the session at once, wait for no webhook."""

from dataclasses import dataclass
from datetime import datetime

from paywall.payments import attempts
from paywall.payments.attempts import Progress
from paywall.payments.gateway import Gateway
from paywall.payments.models import CheckoutAttempt


@dataclass(frozen=True, slots=True)
class Return:
    """Whose session it was, and how far it has come."""

    attempt: CheckoutAttempt
    progress: Progress


def come_back(stripe: Gateway, session_id: str, *, now: datetime) -> Return | None:
    """Record what a session of ours sold, for the reader who began it; None: it is none of ours.

    Whoever is signed in, and whatever address the wallet gave, changes nothing about whose it is.
    Raises GatewayUnavailable and GatewayRefused; then nothing was recorded.
    """
    attempt = attempt_of(session_id)
    if attempt is None:
        return None
    return Return(attempt, attempts.follow(stripe, attempt, now=now))


def attempt_of(session_id: str) -> CheckoutAttempt | None:
    """Return the attempt that a session belongs to."""
    if not session_id:
        return None
    found = CheckoutAttempt.objects.filter(session_id=session_id)
    return found.select_related("reader", "price__package").first()
