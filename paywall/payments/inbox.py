"""What Stripe tells us: kept before it is answered, and handled by fetching again what it names.

Order, repeats and delay cannot matter: an event only says what to look at. Whoever handles one
takes it first, by moving on when it is tried next; one who crashed is followed by another.
"""

import contextlib
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from paywall.payments import aftercare, gateway, replacing, updating
from paywall.payments.gateway import Gateway, GatewayError, GatewayUnavailable
from paywall.payments.happened import NO_SALE, Touched, what_happened
from paywall.payments.models import StripeEvent
from paywall.subscriptions.models import Customer, Invoice, Purchase

FOLLOWED_AFTER = timedelta(minutes=1)  # whoever took an event and crashed
MOST_TRIES = 8  # the last of them is 18 hours after the first
KEPT = timedelta(days=90)
AT_A_TIME = 20  # events that one sweep takes: fewer than can take a minute

NOTHING = "Nothing to fetch"
UNKNOWN = "Not a customer of ours"
FOREIGN = "Nothing that we sell"
RECORDED = "Recorded"


def receive(body: bytes, signature: str, *, now: datetime, real_now: datetime) -> str | None:
    """Keep an event that Stripe signed; return its id if it is to be handled.

    `real_now` is what the signature's moment is compared with, whatever clock the site follows.
    Raises gateway.BadSignature, and has written nothing then.
    """
    secrets = [secret.strip() for secret in settings.STRIPE_WEBHOOK_SECRET.split(",")]
    event = gateway.event_of(body, signature, secrets=list(filter(None, secrets)), now=real_now)
    kept = to_keep(event, now=now)
    StripeEvent.objects.bulk_create([kept], ignore_conflicts=True)
    return None if kept.handled_at else kept.stripe_id


def to_keep(event: gateway.Json, *, now: datetime) -> StripeEvent:
    """Return the row of an event: what to fetch, by names alone."""
    happened = what_happened(event)
    names = happened.touched.names()
    return StripeEvent(
        stripe_id=happened.stripe_id,
        type=happened.type[:80],
        happened_at=happened.at,
        customer_id=happened.customer_id,
        object=names,
        received_at=now,
        next_try_at=now,
        handled_at=None if names else now,
        outcome="" if names else NOTHING,
    )


def handle(event_id: str, *, now: datetime) -> Customer | None:
    """Bring our records up to date with one event, unless somebody else does or did.

    Return the customer whose records were looked at. What Stripe would not answer is tried again
    later, and put before staff after MOST_TRIES.
    """
    due = StripeEvent.objects.due(now).filter(stripe_id=event_id)
    if not due.update(tries=F("tries") + 1, next_try_at=now + FOLLOWED_AFTER):
        return None
    with contextlib.suppress(GatewayUnavailable):
        return _handle(StripeEvent.objects.get(stripe_id=event_id), now)
    return None


def sweep(*, now: datetime) -> Sequence[Customer] | None:
    """Handle some of the events that are due; return their customers, or None if none is due.

    Where Stripe does not answer for one, the others are put back untried: each would only wait
    for it too, and while Stripe is away for hours none is to be given up for that.
    """
    events = _take(now)
    found = []
    for number, event in enumerate(events, start=1):
        try:
            found.append(_handle(event, now))
        except GatewayUnavailable:
            _put_back(events[number:], now)
            break
    return [customer for customer in found if customer] if events else None


def retry(event: StripeEvent, *, now: datetime) -> None:
    """Have an event handled again, from the first try on, whatever became of it."""
    StripeEvent.objects.filter(pk=event.pk).update(
        tries=0, next_try_at=now, handled_at=None, given_up_at=None, outcome="", error=""
    )


def forget(*, now: datetime) -> int:
    """Delete what was handled long ago; return how many.

    Stripe keeps events for 30 days: what is older is not asked for again.
    """
    return StripeEvent.objects.filter(handled_at__lt=now - KEPT).delete()[0]


def _take(now: datetime) -> list[StripeEvent]:
    """Take some events that are due, which nobody else takes then.

    What was taken is due no more, so that no row of a backlog is looked at twice.
    """
    with transaction.atomic():
        due = StripeEvent.objects.due(now).order_by("next_try_at", "pk")
        events = list(due.select_for_update(skip_locked=True)[:AT_A_TIME])
        if events:
            StripeEvent.objects.filter(pk__in=[event.pk for event in events]).update(
                tries=F("tries") + 1, next_try_at=now + FOLLOWED_AFTER
            )
    for event in events:
        event.tries += 1
    return events


def _put_back(events: Sequence[StripeEvent], now: datetime) -> None:
    """Have events that were taken count as not tried, unless somebody else has taken them since."""
    mine = StripeEvent.objects.filter(pk__in=[event.pk for event in events], handled_at=None)
    mine.filter(next_try_at=now + FOLLOWED_AFTER).update(tries=F("tries") - 1)


def _handle(event: StripeEvent, now: datetime) -> Customer | None:
    """Handle an event that was taken; what goes wrong is kept with it.

    Raises GatewayUnavailable, which is kept too: Stripe may not answer for others either.
    """
    try:
        if event.tries > MOST_TRIES:
            raise _BrokeOff("Whoever handled it broke off each time.")
        customer, outcome = _follow(gateway.from_settings(), event, now)
    except Exception as error:  # whatever it was, it is kept with the event
        _keep_failure(event, error, now)
        if isinstance(error, GatewayUnavailable):
            raise
        return None
    mine = StripeEvent.objects.filter(pk=event.pk)
    mine.update(handled_at=now, outcome=outcome, error="", given_up_at=None)
    return customer


class _BrokeOff(Exception):  # noqa: N818  # not an error of this module
    """The event outlived everybody who handled it."""


def _follow(stripe: Gateway, event: StripeEvent, now: datetime) -> tuple[Customer | None, str]:
    """Fetch what an event names and record it; return whose it is and what became of it."""
    touched = Touched.of_names(event.object)
    customer = _customer_of(stripe, event, touched)
    a_sale = touched.a_sale and event.type not in NO_SALE
    if customer is None:
        return None, UNKNOWN if a_sale else NOTHING
    why = f"{event.type} {event.stripe_id}"
    sold_by_us = updating.bring_up_to_date(stripe, customer, touched, why=why, now=now)
    aftercare.look_after(stripe, customer, now=now)
    if event.type == replacing.DELETED:
        replacing.replace_if_deleted(stripe, customer, now=now)
    if sold_by_us:
        return customer, RECORDED
    return customer, FOREIGN if a_sale else NOTHING


def _customer_of(stripe: Gateway, event: StripeEvent, touched: Touched) -> Customer | None:
    """Find whose event it is: it says so, or our rows do, or else Stripe knows who paid."""
    if event.customer_id:
        return Customer.objects.named([event.customer_id]).get(event.customer_id)
    paid = touched.payment_intents
    known: Invoice | Purchase | None = (
        Invoice.objects.filter(stripe_id__in=touched.invoices).first()
        or Invoice.objects.filter(payment_intent__in=paid).first()
        or Purchase.objects.filter(payment_intent__in=paid).first()
    )
    if known:
        return known.customer
    payers = [stripe.invoice(each)["customer"] for each in touched.invoices]
    payers += [stripe.payment_intent(each)["customer"] for each in paid]
    found = Customer.objects.named([payer for payer in payers if payer])
    return next(iter(found.values()), None)


def _keep_failure(event: StripeEvent, error: Exception, now: datetime) -> None:
    """Keep what went wrong, and when it is tried again; without personal data."""
    told = str(error)
    if not isinstance(error, GatewayError | _BrokeOff):
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"in {place.name}, {Path(place.filename).name}:{place.lineno}"
    last = event.tries >= MOST_TRIES
    StripeEvent.objects.filter(pk=event.pk, handled_at=None).update(
        error=f"{type(error).__name__}: {told}"[:500],
        next_try_at=now + timedelta(minutes=3 ** (event.tries - 1)),
        given_up_at=now if last else None,
    )
