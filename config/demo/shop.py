"""The demonstration's packages at the Stripe of STRIPE_SECRET_KEY, or the sandbox in its place."""

from datetime import datetime

from django.conf import settings

from paywall.payments import gateway, publishing
from paywall.payments.comparing import WHOLE, Side
from paywall.payments.gateway import GatewayError
from paywall.payments.models import Publication


class OtherStripeError(Exception):
    """The database belongs to another Stripe than this one; the message says what to do."""


def open_shop(*, now: datetime) -> str:
    """Publish the packages and return a sentence about it.

    Raises OtherStripeError for a live key, and where what was published before is not there.
    """
    if not settings.STRIPE_SECRET_KEY:
        return "Nothing can be bought: STRIPE_SECRET_KEY is not set."
    if settings.STRIPE_SECRET_KEY.startswith(gateway.LIVE_KEYS):
        raise OtherStripeError(
            "STRIPE_SECRET_KEY is a live key, and the demonstration sells nothing: "
            "unset it, or set a test key."
        )
    try:
        stripe = gateway.from_settings()
        if Publication.objects.exists() and _all_gone(stripe):
            raise OtherStripeError(
                "The packages of this database were published to another Stripe account, or to a "
                "sandbox whose memory in var/ is gone: begin afresh with `make clean` (and an "
                "empty database, where DATABASE_URL names one), or bring back what it was."
            )
        published = publishing.publish(stripe, now=now)
    except GatewayError as error:
        return f"The packages were not published. {error}"
    told = [f"Left as it is at Stripe: {one}" for one in published.left]
    return "\n".join(
        [f"{len(published.done)} changes published to Stripe.", *told, *published.refused]
    )


def _all_gone(stripe: gateway.Gateway) -> bool:
    """Tell whether Stripe has nothing of what was published."""
    gone = {
        (difference.kind, difference.of.public_id)
        for difference in publishing.preview(stripe).left
        if difference.field == WHOLE and difference.ours and difference.side is Side.THEIRS
    }
    return len(gone) >= Publication.objects.count()
