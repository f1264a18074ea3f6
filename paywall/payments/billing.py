"""A reader's card and open invoices, which are looked after at Stripe."""

from datetime import datetime

from accounts.models import Reader
from paywall.payments import updating
from paywall.payments.gateway import Gateway
from paywall.payments.hindrances import Hindered
from paywall.payments.updating import Touched
from paywall.subscriptions.models import RUNNING, Customer


def card_page(stripe: Gateway, reader: Reader, *, back_to: str, done_at: str) -> str:
    """Return the address of the portal's page for another card.

    It leads to `done_at` when the card was changed, to `back_to` when it was not. Raises
    Hindered for who never paid, and GatewayError.
    https://docs.stripe.com/customer-management/portal-deep-links
    """
    session = stripe.create_portal_session(
        {
            "customer": _customer_of(reader).stripe_id,
            "return_url": back_to,
            "flow_data": {
                "type": "payment_method_update",
                "after_completion": {"type": "redirect", "redirect": {"return_url": done_at}},
            },
        }
    )
    return str(session["url"])


def look_again(stripe: Gateway, reader: Reader, *, why: str, now: datetime) -> bool:
    """Record what the reader's running subscriptions and open invoices have become.

    Returns whether none is open any more. Raises Hindered and GatewayError.
    """
    customer = _customer_of(reader)
    still_open = customer.invoices.filter(status="open")
    running = customer.subscriptions.filter(status__in=[*RUNNING, "incomplete"])
    touched = Touched(
        subscriptions=frozenset(running.values_list("stripe_id", flat=True)),
        invoices=frozenset(still_open.values_list("stripe_id", flat=True)),
    )
    updating.bring_up_to_date(stripe, customer, touched, why=why, now=now)
    return not still_open.all().exists()


def _customer_of(reader: Reader) -> Customer:
    customer = Customer.objects.filter(reader=reader).exclude(stripe_id=None).first()
    if customer is None:
        raise Hindered("You have not paid for anything yet. Choose a package to begin.")
    return customer
