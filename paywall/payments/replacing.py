"""A customer that was deleted in Stripe's dashboard: the reader gets another one when they buy.

Stripe ends at once what a deleted customer pays for, keeps its invoices, and takes nothing back:
https://docs.stripe.com/api/customers/delete
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from paywall.payments import attempts
from paywall.payments.gateway import Gateway
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer, FormerCustomer

DELETED = "customer.deleted"  # the event


def replace_if_deleted(stripe: Gateway, customer: Customer, *, now: datetime) -> bool:
    """Make room for another customer at Stripe, if this one was deleted there; tell whether.

    What was begun at Checkout for the deleted one is closed. Raises GatewayUnavailable and
    GatewayRefused; asking again goes on where this broke off.
    """
    gone = customer.stripe_id
    if not gone or not stripe.customer(gone).get("deleted"):
        return False
    begun = list(CheckoutAttempt.objects.open().filter(reader=customer.reader_id))
    now_there = Customer.objects.get(pk=customer.pk)
    if now_there.closed_at:
        return False  # it was deleted since the account is closed
    if now_there.stripe_id != gone:
        return True  # by somebody else, in the same moment: what is begun now is the new one's
    for attempt in begun:
        if attempt.session_id:  # one that Stripe has not given yet may be the new one's
            attempts.withdraw(stripe, attempt, now=now)
    with transaction.atomic():
        # With a ticket of its own the new one is made under a key that the old one was not.
        there = Customer.objects.filter(pk=customer.pk, stripe_id=gone, closed_at=None)
        if there.update(stripe_id=None, email="", ticket=F("ticket") + 1):
            FormerCustomer.objects.create(customer=customer, stripe_id=gone, noticed_at=now)
            return True
    return not Customer.objects.filter(pk=customer.pk, stripe_id=gone).exists()
