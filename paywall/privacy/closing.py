"""Closing an account: first nothing is charged any more, then the person is forgotten.

At Stripe everything that runs is ended, then the customer is deleted there: name, address and
cards go, invoices stay, as the law wants them. Here the customer's row stays with its invoices
and without the reader; money that still comes for it is given back (payments.aftercare). Each
step is safe to repeat, so whatever breaks off is simply asked again; the reader is deleted last,
in one transaction. What is on file of a printed paper stays: it is the circulation system's, the
paper may still come, and who opens an account again may turn it on again. Who wants that erased too
asks for it (forgetting.py).
https://docs.stripe.com/api/customers/delete
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Reader
from paywall.circulation import seating
from paywall.letters import goodbye
from paywall.payments import updating
from paywall.payments.cancelling import end_at_stripe
from paywall.payments.gateway import Gateway, GatewayRefused
from paywall.payments.hindrances import Hindered
from paywall.payments.updating import Touched
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import Customer, Subscription
from paywall.subscriptions.paid import Held, paid_by

WHYS = {By.READER: "the account was closed", By.STAFF: "staff closed the account"}
STAFF = "You are a member of staff: ask a colleague to take you off the staff first."


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends with the account, and whether invoices are kept."""

    subscriptions: list[Held]
    keeps_invoices: bool


def what_ends(reader: Reader, *, now: datetime) -> Ending:
    """Return what a reader loses by closing the account. Raises Hindered for staff."""
    _refuse_staff(reader)
    paid = paid_by(reader, now=now)
    running = [each for each in paid.held if not each.is_over]
    return Ending(running, bool(paid.invoices or paid.passes))


def close(connect: Callable[[], Gateway], reader: Reader, *, now: datetime) -> None:
    """End what the reader pays for, forget the person at Stripe, then delete the reader.

    `connect` returns the gateway; who never paid needs none. Raises Hindered for staff, and
    GatewayError: then the account is still there, and closing it again goes on from there.
    """
    _refuse_staff(reader)
    end_payments(connect, reader, now=now)
    part(reader, now=now)


def end_payments(
    connect: Callable[[], Gateway], reader: Reader, *, now: datetime, by: By = By.READER
) -> None:
    """End what a reader pays for, and forget the person at Stripe. Raises GatewayError.

    `by`: who chose it, the reader or staff.
    """
    Customer.objects.filter(reader=reader).update(closed_at=now)
    customer = Customer.objects.filter(reader=reader).first()
    if customer and customer.stripe_id:
        _end_at_stripe(connect(), customer, customer.stripe_id, by, now)


def part(reader: Reader, *, now: datetime) -> None:
    """Delete a reader whose payments were ended, and write to them that it is done."""
    proved = EmailAddress.objects.filter(user=reader, email__iexact=reader.email, verified=True)
    paid = paid_by(reader, now=now)
    letter = goodbye.last_letter(
        reader,
        ended=[each.price for each in paid.held if _ended_lately(each.subscription, now)],
        keeps_invoices=bool(paid.invoices or paid.passes),
        now=now,
    )
    with transaction.atomic():
        may_write = proved.exists()  # a typing error may be a stranger's address
        if forget(reader) and may_write:
            letter.save()


def forget(reader: Reader) -> bool:
    """Delete a reader whose payments were ended; the invoices stay, with nobody's name.

    Returns whether it was done now: of several clicks one is the first.
    """
    with transaction.atomic():
        seating.hand_on(reader)
        Customer.objects.filter(reader=reader).update(email="")
        _, deleted = reader.delete()
    return bool(deleted.get(Reader._meta.label))


def _ended_lately(subscription: Subscription, now: datetime) -> bool:
    """Tell whether it ended with the account: closing may have taken several tries."""
    return bool(subscription.ended_at and now - subscription.ended_at < timedelta(days=1))


def _refuse_staff(reader: Reader) -> None:
    if reader.is_staff:
        raise Hindered(STAFF)


def _end_at_stripe(
    stripe: Gateway, customer: Customer, stripe_id: str, by: By, now: datetime
) -> None:
    """End everything that runs there, record that, and delete the customer."""
    if stripe.customer(stripe_id).get("deleted"):
        return
    for session in stripe.sessions(customer=stripe_id, status="open"):
        with contextlib.suppress(GatewayRefused):  # paid or closed in the same moment
            stripe.expire_session(session["id"])
    ended, voided = set[str](), set[str]()
    for theirs in list(stripe.subscriptions(customer=stripe_id)):
        ended.add(theirs["id"])
        voided.update(end_at_stripe(stripe, theirs["id"], by=by))
    touched = Touched(subscriptions=frozenset(ended), invoices=frozenset(voided))
    updating.bring_up_to_date(stripe, customer, touched, why=WHYS[by], now=now)
    try:
        stripe.delete_customer(stripe_id)
    except GatewayRefused:  # it was done in the same moment, or its answer was lost
        if not stripe.customer(stripe_id).get("deleted"):
            raise
