"""Recording what Stripe says, under a ticket, and letting the entitlements follow.

Everything about a customer is recorded under the lock of the customer's row. Recording the same
twice changes nothing, and an answer older than the recorded one is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from paywall.catalog.models import Price
from paywall.subscriptions import opening
from paywall.subscriptions.facts import InvoiceFacts, PassFacts
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Recorded,
    Subscription,
    SubscriptionChange,
)
from paywall.subscriptions.snapshot import Snapshot

# Of what is asked for a whole period, as Stripe's billing_reason says; the rest is for a part.
WHOLE_PERIODS = ("subscription_create", "subscription_cycle")
TOLD_OF = ("status", "price", "cancels_at", "next_price", "reason")  # changes that are kept


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched of one customer under one ticket, and the prices that its ids stand for."""

    ticket: int
    subscriptions: Sequence[Snapshot]
    invoices: Sequence[InvoiceFacts]
    passes: Sequence[PassFacts]
    prices: Mapping[str, Price]


def record(customer: Customer, fetched: Fetched, *, why: str, now: datetime) -> None:
    """Record what is newer than what is known, and give, move or end what it opens.

    `why` is kept with every change: what told us, or who asked for it. Subscriptions, and
    passes, whose price is not ours are left out, with their invoices.
    """
    with transaction.atomic():
        # Nothing else is written about this customer until this is committed.
        customer = Customer.objects.select_for_update().get(pk=customer.pk)
        before = {pk: told for pk, _, told in _told(customer)}
        for snapshot in fetched.subscriptions:
            _record_subscription(customer, snapshot, fetched, now)
        for invoice in fetched.invoices:
            _record_invoice(customer, invoice, fetched, now)
        for bought in fetched.passes:
            _record_pass(customer, bought, fetched, now)
        opening.follow(customer, now=now)
        _keep_changes(customer, before, why, now)


def follow_again(customer: Customer, *, why: str, now: datetime) -> None:
    """Let what opens stories follow what is recorded, where one or the other was changed."""
    record(customer, Fetched(0, [], [], [], {}), why=why, now=now)


def _record_subscription(
    customer: Customer, snapshot: Snapshot, fetched: Fetched, now: datetime
) -> None:
    price = fetched.prices.get(snapshot.price_id)
    known = Subscription.objects.filter(stripe_id=snapshot.stripe_id).first()
    if price is None:
        price = known.price if known else None
    if price is None or not _is_newer(known, fetched.ticket):
        return
    since = snapshot.started_at
    if known:
        since = known.price_since if known.price_id == price.pk else now
    _write(
        known or Subscription(stripe_id=snapshot.stripe_id),
        fetched.ticket,
        now,
        customer=customer,
        price=price,
        status=snapshot.status.value,
        started_at=snapshot.started_at,
        period_starts_at=snapshot.period_starts_at,
        period_ends_at=snapshot.period_ends_at,
        trial_ends_at=snapshot.trial_ends_at,
        discount_ends_at=snapshot.discount_ends_at,
        cancels_at=snapshot.cancels_at,
        ended_at=snapshot.ended_at,
        unpaid_since=snapshot.unpaid_since,
        next_price=fetched.prices.get(snapshot.next_price_id),
        next_price_at=snapshot.next_price_at,
        price_since=since,
        card_brand=snapshot.card_brand,
        card_last4=snapshot.card_last4,
        card_ends_date=snapshot.card_ends_date,
        cancel_reason=snapshot.cancel_reason[:40],
        cancel_feedback=snapshot.cancel_feedback[:40],
        cancelled_by=snapshot.cancelled_by,
    )


def _record_invoice(
    customer: Customer, invoice: InvoiceFacts, fetched: Fetched, now: datetime
) -> None:
    subscription = Subscription.objects.filter(
        stripe_id=invoice.subscription_id, customer=customer
    ).first()
    known = Invoice.objects.filter(stripe_id=invoice.stripe_id).first()
    if subscription is None or not _is_newer(known, fetched.ticket):
        return
    _write(
        known or Invoice(stripe_id=invoice.stripe_id),
        fetched.ticket,
        now,
        customer=customer,
        subscription=subscription,
        number=invoice.number,
        status=invoice.status,
        billing_reason=invoice.billing_reason,
        currency=invoice.currency,
        amount_due=invoice.amount_due,
        below_price=invoice.billing_reason in WHOLE_PERIODS and invoice.below_price,
        amount_paid=invoice.amount_paid,
        amount_refunded=invoice.payment.amount_refunded,
        attempts=invoice.attempts,
        next_attempt_at=invoice.next_attempt_at,
        period_starts_at=invoice.period_starts_at,
        period_ends_at=invoice.period_ends_at,
        made_at=invoice.made_at,
        paid_at=invoice.paid_at,
        refunded_at=invoice.payment.refunded_at,
        refunds=[list(each) for each in invoice.payment.refunds],
        disputed_at=invoice.payment.disputed_at,
        payment_intent=invoice.payment.payment_intent,
        page=invoice.page,
        pdf=invoice.pdf,
        receipt=invoice.payment.receipt,
    )


def _record_pass(customer: Customer, bought: PassFacts, fetched: Fetched, now: datetime) -> None:
    price = fetched.prices.get(bought.price_id)
    known = Purchase.objects.filter(stripe_id=bought.stripe_id).first()
    if price is None or not _is_newer(known, fetched.ticket):
        return
    paid_at = None
    if bought.paid:
        # A payment that comes late opens from when it is seen: a day's pass has its day.
        paid_at = bought.payment.paid_at or (known.paid_at if known else None) or now
    _write(
        known or Purchase(stripe_id=bought.stripe_id),
        fetched.ticket,
        now,
        customer=customer,
        price=price,
        payment_intent=bought.payment.payment_intent,
        currency=bought.currency,
        amount=bought.amount,
        amount_refunded=bought.payment.amount_refunded,
        ordered_at=bought.ordered_at,
        paid_at=paid_at,
        refunded_at=bought.payment.refunded_at,
        refunds=[list(each) for each in bought.payment.refunds],
        disputed_at=bought.payment.disputed_at,
        failed=bought.failed,
        receipt=bought.payment.receipt,
    )


def _is_newer(known: Recorded | None, ticket: int) -> bool:
    return known is None or known.recorded_ticket < ticket


def _write(row: Recorded, ticket: int, now: datetime, **fields: Any) -> None:
    """Write a row that nobody else writes: the customer's is locked."""
    for name, value in {**fields, "recorded_ticket": ticket, "recorded_at": now}.items():
        setattr(row, name, value)
    row.save()


def _told(customer: Customer) -> list[tuple[int, int, dict[str, str]]]:
    """Return each subscription, its price, and in words what the kept changes are about."""
    return [
        (each.pk, each.price_id, {name: _in_words(getattr(each, name)) for name in TOLD_OF})
        for each in customer.subscriptions.select_related("price__package", "next_price__package")
    ]


def _keep_changes(
    customer: Customer, before: dict[int, dict[str, str]], why: str, now: datetime
) -> None:
    SubscriptionChange.objects.bulk_create(
        SubscriptionChange(
            subscription_id=pk,
            at=now,
            what=name,
            before=before.get(pk, {}).get(name, ""),
            after=after,
            price_id=price if name == "price" else None,
            why=why[:200],
        )
        for pk, price, told in _told(customer)
        for name, after in told.items()
        if after != before.get(pk, {}).get(name, "")
    )


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return "" if value is None else str(value)[:120]
