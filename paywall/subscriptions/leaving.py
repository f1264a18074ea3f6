"""Why readers leave, in Stripe's names for it and in their own words. Pure.

https://docs.stripe.com/api/subscriptions/object#subscription_object-cancellation_details-feedback
"""

from collections.abc import Mapping

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
