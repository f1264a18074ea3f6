"""Where Stripe's own pages about a thing are, for staff."""

from django.conf import settings

from paywall.payments.gateway import LIVE_KEYS

DASHBOARD = "https://dashboard.stripe.com"
PAGES = {
    "cus_": "customers",
    "sub_": "subscriptions",
    "in_": "invoices",
    "pi_": "payments",
    "cs_": "checkout/sessions",
}


def address_of(stripe_id: str | None) -> str:
    """Return the address of a thing's page in Stripe's dashboard, or "" where it has none."""
    page = next((PAGES[start] for start in PAGES if (stripe_id or "").startswith(start)), "")
    if not page:
        return ""
    mode = "" if settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS) else "/test"
    return f"{DASHBOARD}{mode}/{page}/{stripe_id}"
