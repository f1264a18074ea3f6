"""What Stripe is asked for with a Checkout session: it follows from the attempt's row.

https://docs.stripe.com/api/checkout/sessions/create
"""

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from paywall.catalog.terms import Terms
from paywall.payments.comparing import Kind
from paywall.payments.customers import READER
from paywall.payments.gateway import Json
from paywall.payments.models import CheckoutAttempt, Publication
from paywall.subscriptions.models import Customer

ATTEMPT = "attempt"  # the metadata that names the attempt's key

# The languages that Checkout speaks.
LOCALES = [
    *("bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr"),
    *("fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl"),
    *("pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW"),
]


def session_for(attempt: CheckoutAttempt, customer: Customer, terms: Terms) -> Json:
    """Return what opens the session: `terms` are the price's for this reader."""
    names = {
        READER: str(attempt.reader.public_id),
        ATTEMPT: str(attempt.key),
        "price": str(attempt.price.public_id),
    }
    asked: Json = {
        "mode": "subscription" if terms.renews else "payment",
        "customer": customer.stripe_id,
        "client_reference_id": str(attempt.reader.public_id),
        "line_items": [{"price": _stripe_id(attempt, Kind.PRICE), "quantity": 1}],
        "success_url": f"{_address('welcome')}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": _cancel_url(attempt),
        "expires_at": int(attempt.expires_at.timestamp()),
        "locale": _locale(),
        "metadata": names,
        **_discount(attempt, terms),
    }
    if terms.renews:
        trial = {"trial_period_days": terms.trial_days} if terms.trial_days else {}
        asked["subscription_data"] = {"metadata": names, **trial}
    else:
        asked["payment_intent_data"] = {"metadata": names}
    if settings.STRIPE_TAX:
        asked["automatic_tax"] = {"enabled": True}
        asked["customer_update"] = {"address": "auto"}  # what is taxed depends on where one lives
    return asked


def _discount(attempt: CheckoutAttempt, terms: Terms) -> Json:
    """Stripe takes one discount: the introductory offer, or a code that the reader types."""
    if terms.takes_promotion_code:
        return {"allow_promotion_codes": True}
    return {"discounts": [{"coupon": _stripe_id(attempt, Kind.OFFER)}]}


def _stripe_id(attempt: CheckoutAttempt, kind: Kind) -> str:
    return Publication.objects.get(kind=kind.value, price=attempt.price).stripe_id


def _cancel_url(attempt: CheckoutAttempt) -> str:
    """Return where somebody goes who does not pay: the page they chose on, here or elsewhere."""
    if attempt.is_elsewhere:
        return attempt.back_to
    return _address("choose", attempt.price.public_id) + _query(attempt.back_to)


def _address(name: str, *of: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=of)}"


def _query(back_to: str) -> str:
    return f"?next={quote(back_to)}" if back_to else ""


def _locale() -> str:
    """Return the newspaper's language as Checkout names it, or the reader's browser's."""
    spoken = {tag.lower(): tag for tag in LOCALES}
    language = settings.LANGUAGE_CODE.lower()
    return spoken.get(language) or spoken.get(language.split("-")[0], "auto")
