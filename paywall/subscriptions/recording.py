"""Recording what Stripe says, under a ticket, and letting the entitlements follow.

Everything about a customer is recorded under the lock of the customer's row. Recording the same
twice changes nothing, and an answer older than the recorded one is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

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

Row = TypeVar("Row", bound=Recorded)


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
        fetched = _with_packages_as_they_are(fetched)
        subscriptions = {each.stripe_id: each for each in _subscriptions_of(customer)}
        before = {stripe_id: _told(each) for stripe_id, each in subscriptions.items()}
        for snapshot in fetched.subscriptions:
            _record_subscription(customer, snapshot, subscriptions, fetched, now)
        invoices = _known(Invoice, fetched.invoices)
        for invoice in fetched.invoices:
            subscription = subscriptions.get(invoice.subscription_id)
            known = invoices.get(invoice.stripe_id)
            if subscription and _is_newer(known, fetched.ticket):
                _record_invoice(subscription, invoice, known, fetched, now)
        passes = _known(Purchase, fetched.passes)
        for bought in fetched.passes:
            _record_pass(customer, bought, passes.get(bought.stripe_id), fetched, now)
        opening.follow(customer, subscriptions.values(), now=now)
        _keep_changes(subscriptions.values(), before, why, now)


def follow_again(customer: Customer, *, why: str, now: datetime) -> None:
    """Let what opens stories follow what is recorded, where one or the other was changed."""
    record(customer, Fetched(0, [], [], [], {}), why=why, now=now)


def _with_packages_as_they_are(fetched: Fetched) -> Fetched:
    """Look the prices up again: staff may have changed a package while the lock was waited for."""
    if not fetched.subscriptions:
        return fetched
    keys = {price.pk for price in fetched.prices.values()}
    now = Price.objects.select_related("package").in_bulk(keys)
    prices = {stripe_id: now[price.pk] for stripe_id, price in fetched.prices.items()}
    return replace(fetched, prices=prices)


def _subscriptions_of(customer: Customer) -> Iterable[Subscription]:
    return customer.subscriptions.select_related(
        "price__package", "next_price__package", "entitlement"
    )


def _known(model: type[Row], fetched: Sequence[InvoiceFacts | PassFacts]) -> dict[str, Row]:
    """Return the rows of what was fetched, by their ids at Stripe."""
    ids = [each.stripe_id for each in fetched]
    rows = model._default_manager.filter(stripe_id__in=ids) if ids else ()
    return {row.stripe_id: row for row in rows}


def _record_subscription(
    customer: Customer,
    snapshot: Snapshot,
    subscriptions: dict[str, Subscription],
    fetched: Fetched,
    now: datetime,
) -> None:
    """Record a subscription, and put it among those of the customer."""
    price = fetched.prices.get(snapshot.price_id)
    known = subscriptions.get(snapshot.stripe_id)
    if price is None:
        price = known.price if known else None
    if price is None or not _is_newer(known, fetched.ticket):
        return
    since = snapshot.started_at
    if known:
        since = known.price_since if known.price_id == price.pk else now
    row = subscriptions.setdefault(snapshot.stripe_id, Subscription(stripe_id=snapshot.stripe_id))
    _write(
        row,
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
    subscription: Subscription,
    invoice: InvoiceFacts,
    known: Invoice | None,
    fetched: Fetched,
    now: datetime,
) -> None:
    _write(
        known or Invoice(stripe_id=invoice.stripe_id),
        fetched.ticket,
        now,
        customer=subscription.customer,
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


def _record_pass(
    customer: Customer,
    bought: PassFacts,
    known: Purchase | None,
    fetched: Fetched,
    now: datetime,
) -> None:
    price = fetched.prices.get(bought.price_id)
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


def _told(subscription: Subscription) -> dict[str, str]:
    """Return in words what the kept changes are about."""
    return {name: _in_words(getattr(subscription, name)) for name in TOLD_OF}


def _keep_changes(
    subscriptions: Iterable[Subscription],
    before: Mapping[str, Mapping[str, str]],
    why: str,
    now: datetime,
) -> None:
    SubscriptionChange.objects.bulk_create(
        SubscriptionChange(
            subscription=each,
            at=now,
            what=name,
            before=before.get(each.stripe_id, {}).get(name, ""),
            after=after,
            price=each.price if name == "price" else None,
            why=why[:200],
        )
        for each in subscriptions
        for name, after in _told(each).items()
        if after != before.get(each.stripe_id, {}).get(name, "")
    )


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return "" if value is None else str(value)[:120]
