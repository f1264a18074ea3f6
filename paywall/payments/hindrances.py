"""What hinders what a reader asks for, and catching up after what was done."""

from collections.abc import Iterable
from datetime import datetime

from paywall.payments import updating
from paywall.payments.gateway import Gateway
from paywall.payments.updating import Touched
from paywall.subscriptions.models import Subscription


class Hindered(Exception):  # noqa: N818, it is nobody's error
    """It cannot be done; the message says why, in words for the reader."""


class ChangedMeanwhile(Hindered):
    """What the reader agreed to is no longer what would happen."""

    def __init__(self) -> None:
        super().__init__(
            "Your subscription has changed since you opened that page, so we have done nothing. "
            "Have another look, and choose again if you like."
        )


def catch_up(
    stripe: Gateway,
    subscription: Subscription,
    *,
    invoices: Iterable[str] = (),
    why: str,
    now: datetime,
) -> None:
    """Record what a subscription and some of its invoices have become, and load it anew.

    Raises GatewayUnavailable and GatewayRefused.
    """
    touched = Touched(
        subscriptions=frozenset({subscription.stripe_id}), invoices=frozenset(invoices) - {""}
    )
    updating.bring_up_to_date(stripe, subscription.customer, touched, why=why, now=now)
    subscription.refresh_from_db()
