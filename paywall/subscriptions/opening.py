"""Letting the entitlements follow what is paid."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min

from paywall.catalog.models import Price, Section
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.subscriptions.lifecycle import Right, right_of
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import UNPAID, Snapshot, Status
from paywall.subscriptions.switches import TO_BE_PAID


def follow(customer: Customer, subscriptions: Iterable[Subscription], *, now: datetime) -> None:
    """Give, move or end the entitlements of all of a customer's subscriptions and passes.

    Call it under the lock of the customer's row. Whoever closed the account has none.
    """
    for subscription in subscriptions:
        right = right_to(subscription)
        if (subscription.reason, subscription.opens_until) != (right.reason, right.until):
            subscription.reason, subscription.opens_until = right.reason, right.until
            subscription.save(update_fields=["reason", "opens_until"])
        _entitle(customer, subscription, subscription.started_at, right.until, now)
    for bought in customer.purchases.select_related("price__package", "entitlement"):
        if bought.paid_at:
            _entitle(customer, bought, bought.paid_at, _end_of(bought), now)


def right_to(subscription: Subscription) -> Right:
    """Return what a subscription gives, by what is recorded of it and of its invoices."""
    invoices = list(subscription.invoices.exclude(refunded_at=None, disputed_at=None))
    refunds = [
        invoice.refunded_at
        for invoice in invoices
        if invoice.refunded_at and invoice.refunded_whole and _pays_for_now(invoice, subscription)
    ]
    # One lost over an earlier period is settled once a later period was paid.
    disputes = [
        invoice.disputed_at
        for invoice in invoices
        if invoice.disputed_at
        and (
            _pays_for_now(invoice, subscription)
            or invoice.disputed_at >= subscription.period_starts_at
        )
    ]
    return right_of(
        _snapshot(subscription),
        grace=timedelta(days=settings.GRACE_DAYS),
        refunded_at=min(refunds, default=None),
        disputed_at=min(disputes, default=None),
    )


def _pays_for_now(invoice: Invoice, subscription: Subscription) -> bool:
    """Tell whether an invoice paid for the whole of the running (or last) period."""
    return (
        invoice.period_starts_at <= subscription.period_starts_at
        and invoice.period_ends_at >= subscription.period_ends_at
    )


def _snapshot(subscription: Subscription) -> Snapshot:
    return Snapshot(
        stripe_id=subscription.stripe_id,
        customer_id=subscription.customer.stripe_id or "",
        status=Status(subscription.status),
        price_id="",
        started_at=subscription.started_at,
        period_starts_at=subscription.period_starts_at,
        period_ends_at=subscription.period_ends_at,
        trial_ends_at=subscription.trial_ends_at,
        cancels_at=subscription.cancels_at,
        ended_at=subscription.ended_at,
        unpaid_since=_unpaid_since(subscription),
    )


def _unpaid_since(subscription: Subscription) -> datetime | None:
    """Return when the first of the invoices in a row that are not paid was made out.

    While it is past due Stripe makes out another one each period: the grace begins but once.
    """
    if subscription.status not in TO_BE_PAID:
        return subscription.unpaid_since
    paid = subscription.invoices.filter(status="paid").aggregate(last=Max("made_at"))["last"]
    unpaid = subscription.invoices.filter(status__in=UNPAID)
    if paid:
        unpaid = unpaid.filter(made_at__gt=paid)
    first: datetime | None = unpaid.aggregate(first=Min("made_at"))["first"]
    return first or subscription.unpaid_since


def _end_of(bought: Purchase) -> datetime | None:
    """Return when a pass ends: after its days, or when its payment was given or taken back."""
    if bought.paid_at is None:
        return None
    ends = [bought.paid_at + timedelta(days=bought.price.opens_for_days or 0)]
    if bought.refunded_at and bought.refunded_whole:
        ends.append(bought.refunded_at)
    if bought.disputed_at:
        ends.append(bought.disputed_at)
    return min(ends)


def _entitle(
    customer: Customer,
    paid: Subscription | Purchase,
    starts_at: datetime,
    until: datetime | None,
    now: datetime,
) -> None:
    """Have the reader entitled from a start until an end (exclusive; None: not at all)."""
    entitlement = paid.entitlement
    if entitlement is None:
        if until and customer.reader:
            source = Source.PURCHASE if isinstance(paid, Purchase) else Source.SUBSCRIPTION
            paid.entitlement = granting.give(
                customer.reader,
                source,
                starts_at=starts_at,
                ends_at=max(until, starts_at),
                sections=_sections(paid.price),
            )
            paid.save(update_fields=["entitlement"])
        return
    end = max(until or now, entitlement.starts_at)
    if entitlement.ends_at != end:
        granting.extend(entitlement, until=end)
    # After a switch, or a change of the package, it opens what the package opens today.
    granting.rescope(entitlement, sections=_sections(paid.price))


def _sections(price: Price) -> list[Section] | None:
    package = price.package
    return None if package.everything else list(package.sections.all())
