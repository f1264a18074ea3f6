"""Giving money back because somebody on the staff decided so.

A refund of all that the running period cost closes what it opened, at once, and cancels it at
Stripe (subscriptions.lifecycle); one of a part, or of an older period, changes nothing else.
https://docs.stripe.com/api/refunds/create
"""

import contextlib
from datetime import datetime

from paywall.payments import aftercare, updating
from paywall.payments.gateway import Gateway, GatewayError
from paywall.payments.happened import Touched
from paywall.payments.hindrances import Hindered
from paywall.subscriptions.models import Invoice, Purchase

WHY = "staff refunded it"


def left_to_refund(paid: Invoice | Purchase) -> int:
    """Return how much of a payment can still be given back, in the smallest unit."""
    if not paid.payment_intent or paid.disputed_at or not paid.paid_at:
        return 0
    amount = paid.amount_paid if isinstance(paid, Invoice) else paid.amount
    return max(amount - paid.amount_refunded, 0)


def refund(stripe: Gateway, paid: Invoice | Purchase, *, amount: int, now: datetime) -> None:
    """Give an amount back, in the smallest unit, and record it.

    Of two who give the same part of the same payment one does: the key at Stripe says what had
    been given back before. Raises Hindered when there is not so much left, and GatewayError.
    """
    if not 0 < amount <= left_to_refund(paid):
        raise Hindered("There is not so much left to give back.")
    asked = {
        "payment_intent": paid.payment_intent,
        "amount": amount,
        "reason": "requested_by_customer",
    }
    before = f"{paid.payment_intent}-{paid.amount_refunded}"
    stripe.refund(asked, key=f"refund-staff-{before}-{amount}")
    touched = Touched(payment_intents=frozenset({paid.payment_intent}))
    with contextlib.suppress(GatewayError):  # it is given: the rest is done by whoever looks next
        updating.bring_up_to_date(stripe, paid.customer, touched, why=WHY, now=now)
        aftercare.look_after(stripe, paid.customer, now=now)
