"""Why readers leave, in Stripe's names for it and in their own words; and who chose it. Pure.

https://docs.stripe.com/api/subscriptions/object#subscription_object-cancellation_details-feedback
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class By(StrEnum):
    """Who chose that a subscription ends. Stripe keeps it for us, in the metadata."""

    READER = "reader"
    STAFF = "staff"
    PAPER = "paper"  # by itself: a second subscription was running


REASONS: Mapping[str, str] = {
    "too_expensive": "It costs too much",
    "unused": "I do not read it enough",
    "missing_features": "Something is missing",
    "low_quality": "I am not happy with the stories",
    "switched_service": "I read another paper",
    "too_complex": "It is too complicated",
    "customer_service": "I was not looked after well",
    "other": "Another reason",
}

MARK = "cancelled_by"  # what the metadata of a subscription at Stripe calls it


def marked(by: By | None) -> dict[str, Any]:
    """Return what has Stripe keep who chose that a subscription ends; None: nobody any more."""
    return {"metadata": {MARK: by.value if by else ""}}
