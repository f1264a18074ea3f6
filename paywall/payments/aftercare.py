"""What follows from what was recorded: at Stripe, and for staff.

Decided from the rows, so that it does not matter what told us: done again after a crash, or by
two at once, it is done once. Stripe is asked outside any transaction, and what it did is recorded.
"""

import contextlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from paywall.payments import concerns, updating
from paywall.payments.gateway import Gateway, GatewayRefused
from paywall.payments.happened import Touched
from paywall.payments.models import Concern
from paywall.subscriptions.leaving import MARK, By, marked
from paywall.subscriptions.lifecycle import Reason
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import ENDED

ENDS_BY_ITSELF = (Concern.Kind.DISPUTE, Concern.Kind.DOUBLE)
PAID_FOR = (Status.TRIALING.value, Status.ACTIVE.value)


def look_after(stripe: Gateway, customer: Customer, *, now: datetime) -> None:
    """Do what a customer's records ask for.

    Raises GatewayUnavailable and GatewayRefused: the rest is then done by whoever calls again.
    """
    if not _asks_for_something(customer):
        return
    _look_at_disputes(customer, now)
    running = list(customer.subscriptions.running())
    for subscription in running:
        if customer.reader_id is None:  # a checkout was on its way when they closed the account
            _cancel(stripe, subscription, why="the account was closed", by=By.PAPER, now=now)
        elif subscription.reason == Reason.REFUNDED:
            _cancel(
                stripe,
                subscription,
                why="its period was refunded",
                by=_who_refunds(stripe, subscription),
                now=now,
            )
    for paid in _paid_for_nobody(customer):
        _refund(stripe, paid, "requested_by_customer", now)
    doubles = {each.stripe_id for each in _renewing(running)[1:]}
    if customer.reader_id is not None and doubles - _before_staff(customer):
        _end_doubles(stripe, customer, now)
    _void_what_buys_nothing(stripe, customer, now)
    _settle_what_is_over(customer, now)


def in_want() -> QuerySet[Customer]:
    """Keep the customers whose records ask for something.

    No setting and no moment may enter it: its statement is put together once in a process.
    """
    theirs = OuterRef("pk")
    running = Subscription.objects.running().filter(customer=theirs)
    renewing = running.filter(cancels_at=None)
    before_it = Subscription.objects.running().filter(
        cancels_at=None, customer=OuterRef("customer"), pk__lt=OuterRef("pk")
    )
    disputed = [
        each.filter(customer=theirs).exclude(disputed_at=None)
        for each in (Invoice.objects, Purchase.objects)
    ]
    too_late = [
        each.filter(customer=theirs, paid_at__gte=OuterRef("closed_at")) for each in _to_give_back()
    ]
    looked_at = Concern.objects.filter(customer=theirs, kind__in=ENDS_BY_ITSELF, settled_at=None)
    return Customer.objects.filter(
        Exists(running.filter(reason=Reason.REFUNDED.value))
        | (Q(reader=None) & (Exists(running) | Exists(too_late[0]) | Exists(too_late[1])))
        | Exists(renewing.filter(Exists(before_it)))
        | Exists(disputed[0])
        | Exists(disputed[1])
        | Exists(looked_at)
        | Exists(_asked_for_nothing().filter(customer=theirs))
    )


def _asks_for_something(customer: Customer) -> bool:
    """Tell whether a customer is one of those in want, as mostly none is."""
    statement, values = _in_want_with_pk()
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, customer.pk])
        return cursor.fetchone() is not None


@cache
def _in_want_with_pk() -> tuple[str, tuple[Any, ...]]:
    """Return the statement and its values but for the last, the customer's key.

    To put it together takes longer than all else that is done about an event, and it is asked
    after each.
    """
    statement, values = in_want().filter(pk=0).values("pk").query.sql_with_params()
    return statement, values[:-1]


def _cancel(
    stripe: Gateway, subscription: Subscription, *, why: str, by: By, now: datetime
) -> None:
    """Cancel a subscription at once, and record it; one that cannot be is put before staff."""
    refusal = ""
    try:
        stripe.update_subscription(subscription.stripe_id, marked(by))
        stripe.cancel_subscription(subscription.stripe_id)
    except GatewayRefused as error:  # somebody else may have done it
        refusal = str(error)
    touched = Touched(subscriptions=frozenset({subscription.stripe_id}))
    updating.bring_up_to_date(stripe, subscription.customer, touched, why=why, now=now)
    if refusal and Subscription.objects.running().filter(pk=subscription.pk).exists():
        concerns.raise_concern(
            Concern.Kind.NOT_CANCELLED,
            subscription.stripe_id,
            subscription.customer,
            f"Subscription {subscription.stripe_id} is to be cancelled, as {why}. {refusal}",
            now=now,
        )


def _who_refunds(stripe: Gateway, subscription: Subscription) -> By:
    """Tell whether it was given back as a second one, by itself; what else is, staff gave back."""
    told = stripe.subscription(subscription.stripe_id).get("metadata") or {}
    return By.PAPER if told.get(MARK) == By.PAPER else By.STAFF


def _renewing(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """Keep those that go on by themselves, the one to keep first.

    That is the one that is paid for, and of several the one begun first.
    """
    renewing = [each for each in subscriptions if each.cancels_at is None]
    return sorted(
        renewing, key=lambda each: (each.status not in PAID_FOR, each.started_at, each.stripe_id)
    )


def _end_doubles(stripe: Gateway, customer: Customer, now: datetime) -> None:
    """Refund and cancel all but one of the subscriptions that run, or put them before staff."""
    # Of two of which one has just ended, nobody is to lose the other.
    updating.everything_of(stripe, customer, why="two that run at once", now=now)
    renewing = _renewing(customer.subscriptions.running())
    for double in renewing[1:]:
        kept = renewing[0]
        if _may_be_refunded(double, kept):
            # Said first: should we be broken off, the rest is done as for one that was refunded.
            stripe.update_subscription(double.stripe_id, marked(By.PAPER))
            for invoice in double.invoices.filter(amount_paid__gt=0):
                _refund(stripe, invoice, "duplicate", now)
            _cancel(stripe, double, why="another one was running", by=By.PAPER, now=now)
        # What was done is settled at once, and kept for staff to read.
        concerns.raise_concern(
            Concern.Kind.DOUBLE,
            double.stripe_id,
            customer,
            f"Subscription {double.stripe_id} runs beside {kept}: one of them is to be refunded "
            "and cancelled.",
            now=now,
        )


def _before_staff(customer: Customer) -> set[str]:
    """Return the doubles that are for staff to decide on."""
    open_ones = customer.concerns.filter(kind=Concern.Kind.DOUBLE, settled_at=None)
    return {concerns.fact_of(concern) for concern in open_ones}


def _may_be_refunded(double: Subscription, kept: Subscription) -> bool:
    """Tell whether it is the plain case: bought again, paid once at most, no money under way."""
    due = double.invoices.filter(status="open", amount_due__gt=0)
    return (
        settings.DOUBLE_SUBSCRIPTIONS == "refund"
        and double.started_at >= kept.started_at
        and double.invoices.filter(amount_paid__gt=0).count() <= 1
        and not due.exists()
    )


def _to_give_back() -> tuple[QuerySet[Invoice], QuerySet[Purchase]]:
    """Keep what was paid, and neither given nor taken back in whole."""
    kept = Q(disputed_at=None) & ~Q(payment_intent="")
    return (
        Invoice.objects.filter(kept, amount_paid__gt=F("amount_refunded")),
        Purchase.objects.filter(kept, amount__gt=F("amount_refunded")),
    )


def _paid_for_nobody(customer: Customer) -> list[Invoice | Purchase]:
    """Return what was paid after the account was closed, such as by a bank that took its time."""
    if customer.reader_id or customer.closed_at is None:
        return []
    since = {"customer": customer, "paid_at__gte": customer.closed_at}
    invoices, purchases = _to_give_back()
    return [*invoices.filter(**since), *purchases.filter(**since)]


def _refund(stripe: Gateway, paid: Invoice | Purchase, reason: str, now: datetime) -> None:
    """Give the whole of a payment back, once, and record it; `reason` is one of Stripe's."""
    if paid.refunded_whole or not paid.payment_intent:
        return
    asked = {"payment_intent": paid.payment_intent, "reason": reason}
    touched = Touched(payment_intents=frozenset({paid.payment_intent}))
    try:
        stripe.refund(asked, key=f"refund-{reason}-{paid.payment_intent}")
    except GatewayRefused:
        updating.bring_up_to_date(stripe, paid.customer, touched, why="refunded", now=now)
        paid.refresh_from_db()
        if not paid.refunded_whole:  # and so it was not somebody else who did it
            raise
    else:
        updating.bring_up_to_date(stripe, paid.customer, touched, why="refunded", now=now)


def _asked_for_nothing() -> QuerySet[Invoice]:
    """Keep the invoices that can still be paid, though their subscription never comes back."""
    return Invoice.objects.filter(status="open", subscription__status__in=ENDED)


def _void_what_buys_nothing(stripe: Gateway, customer: Customer, now: datetime) -> None:
    """Have Stripe take no more money for what has ended: old letters still lead there.

    A payment that is on its way keeps its invoice open at Stripe; the next look sees to it.
    """
    ended = _asked_for_nothing().filter(customer=customer)
    touched = Touched(
        subscriptions=frozenset(ended.values_list("subscription__stripe_id", flat=True)),
        invoices=frozenset(ended.values_list("stripe_id", flat=True)),
    )
    for invoice_id in touched.invoices:
        with contextlib.suppress(GatewayRefused):  # paid, or voided, in the same moment
            stripe.void_invoice(invoice_id)
    if touched.invoices:
        updating.bring_up_to_date(stripe, customer, touched, why="what it was for ended", now=now)


def _look_at_disputes(customer: Customer, now: datetime) -> None:
    """Put each disputed payment before staff."""
    for each in _disputed(customer):
        concerns.raise_concern(
            Concern.Kind.DISPUTE,
            each.stripe_id,
            customer,
            f"The payment {each.payment_intent} for {each.stripe_id} is disputed. What it paid for "
            "is closed; answer the bank in Stripe's dashboard.",
            now=now,
        )


def _disputed(customer: Customer) -> list[Invoice | Purchase]:
    return [
        *customer.invoices.exclude(disputed_at=None),
        *customer.purchases.exclude(disputed_at=None),
    ]


def _settle_what_is_over(customer: Customer, now: datetime) -> None:
    """Settle disputes that were won, and doubles that run no more, whoever saw to that."""
    still = {
        Concern.Kind.DISPUTE: {each.stripe_id for each in _disputed(customer)},
        Concern.Kind.DOUBLE: {each.stripe_id for each in customer.subscriptions.running()},
    }
    end = {
        Concern.Kind.DISPUTE: "The dispute was won.",
        Concern.Kind.DOUBLE: "It runs no more.",
    }
    for concern in customer.concerns.filter(kind__in=ENDS_BY_ITSELF, settled_at=None):
        kind = Concern.Kind(concern.kind)
        if concerns.fact_of(concern) not in still[kind]:
            concerns.settle(concern, end[kind], now=now)
