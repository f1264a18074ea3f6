"""The one customer at Stripe that a reader has, for ever.

The row comes first. What Stripe is asked, and under which key, follows from it: many who ask in
the same moment, and one who asks again after a crash, get the same customer.
"""

from datetime import datetime, timedelta

from django.db.models import F

from accounts.models import Reader
from paywall.payments.gateway import (
    Gateway,
    GatewayBroken,
    GatewayRefused,
    GatewayUnavailable,
    Json,
)
from paywall.subscriptions.models import Customer

READER = "reader"  # the metadata that names the reader's public id

CLOSING = "The account is being closed."
CLOSING_TAKES = timedelta(hours=1)  # at most: Stripe is asked a few times, and a page waits for it

# Stripe forgets a key when it is 24 hours old. https://docs.stripe.com/api/idempotent_requests
KEYS_LIVE = timedelta(hours=23)


def customer_of(stripe: Gateway, reader: Reader, *, now: datetime) -> Customer:
    """Return the reader's customer, made at Stripe if it is not there yet.

    Raises GatewayUnavailable and GatewayRefused; asking again goes on where this broke off.
    """
    customer, _ = Customer.objects.get_or_create(
        reader=reader, defaults={"email": reader.email, "created_at": now}
    )
    if customer.closed_at:
        _take_closing_back(customer, now)
    if customer.stripe_id:
        return customer
    if not customer.email:
        Customer.objects.filter(pk=customer.pk, email="").update(email=reader.email)
        customer.refresh_from_db()
    try:
        made = _made_before(stripe, customer, reader, now=now) or _make(stripe, customer, reader)
    except GatewayUnavailable as error:
        customer.refresh_from_db()  # somebody else, in the same moment, may have got the answer
        if customer.stripe_id:
            return customer
        if isinstance(error, GatewayBroken):
            _take_another_key(customer, email=customer.email)
        raise
    except GatewayRefused as error:
        _take_another_key(customer, email="")  # an address that Stripe takes for none, perhaps
        told = str(error).replace(customer.email, "the address")  # which is for no log
        raise GatewayRefused(told) from None
    waiting = Customer.objects.filter(pk=customer.pk, stripe_id=None, closed_at=None)
    waiting.update(stripe_id=made["id"])
    customer.refresh_from_db()
    if customer.closed_at:  # meanwhile, and nobody else knows of who was just made
        stripe.delete_customer(made["id"])
        raise GatewayRefused(CLOSING)
    return customer


def _take_closing_back(customer: Customer, now: datetime) -> None:
    """Take who buys for one who stays, where the closing of their account broke off long ago.

    Raises GatewayRefused while it may be going on.
    """
    if customer.closed_at and now - customer.closed_at < CLOSING_TAKES:
        raise GatewayRefused(CLOSING)
    broken_off = Customer.objects.filter(pk=customer.pk, closed_at=customer.closed_at)
    broken_off.exclude(reader=None).update(closed_at=None)
    customer.refresh_from_db()


def _make(stripe: Gateway, customer: Customer, reader: Reader) -> Json:
    asked = {"email": customer.email, "metadata": {READER: str(reader.public_id)}}
    return stripe.create_customer(asked, key=f"customer-{reader.public_id}-{customer.ticket}")


def _take_another_key(customer: Customer, *, email: str) -> None:
    """Have the next try not get this answer again, which Stripe keeps for a day."""
    mine = Customer.objects.filter(pk=customer.pk, stripe_id=None, ticket=customer.ticket)
    mine.update(ticket=F("ticket") + 1, email=email)


def _made_before(
    stripe: Gateway, customer: Customer, reader: Reader, *, now: datetime
) -> Json | None:
    """Return the customer of an earlier try, where its key may tell nothing of it any more."""
    if now - customer.created_at < KEYS_LIVE and not customer.ticket:
        return None
    found = [
        each
        for each in stripe.customers(email=customer.email)
        if each["metadata"].get(READER) == str(reader.public_id)
    ]
    return found[-1] if found else None  # the newest come first
