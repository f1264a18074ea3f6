"""Gathering what letters are decided from, of many customers in a fixed count of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db.models import Max, Min, Q

from paywall.catalog.models import Package, Price
from paywall.letters.due import FIRST_INVOICE, NEWS
from paywall.letters.facts import Facts, InvoiceRow, PassRow, Sold, SubscriptionRow
from paywall.letters.models import Letter, Unsubscribed
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import (
    RUNNING,
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)
from paywall.subscriptions.snapshot import Status

# A caller has staff cancel for them.
ASKED_FOR = frozenset({By.READER.value, By.STAFF.value})

Sections: TypeAlias = Mapping[int, Sequence[str]]


def facts_of(customer_ids: Collection[int], *, now: datetime) -> dict[int, Facts]:
    """Return the facts of each of these customers; of those who closed the account, none."""
    readers = dict(
        Customer.objects.filter(pk__in=customer_ids, reader__is_active=True).values_list(
            "pk", "reader_id"
        )
    )
    written: defaultdict[int, set[str]] = defaultdict(set)
    keys = Letter.objects.filter(reader__in=readers.values()).values_list("reader_id", "key")
    for reader_id, key in keys:
        written[reader_id].add(key)
    stopped = set(
        Unsubscribed.objects.filter(reader__in=readers.values()).values_list("reader_id", flat=True)
    )
    sections = _sections()
    subscriptions = _subscriptions(readers, sections, now)
    invoices = _invoices(readers, now)
    passes = _passes(readers, sections, now)
    return {
        pk: Facts(
            subscriptions=subscriptions[pk],
            invoices=invoices[pk],
            passes=passes[pk],
            written=frozenset(written[reader_id or 0]),
            stopped=reader_id in stopped,
        )
        for pk, reader_id in readers.items()
    }


def _subscriptions(
    customer_ids: Collection[int], sections: Sections, now: datetime
) -> defaultdict[int, list[SubscriptionRow]]:
    rows = (
        Subscription.objects.filter(customer__in=customer_ids)
        .filter(Q(status__in=RUNNING) | Q(ended_at__gt=now - NEWS))
        .select_related("price__package", "next_price__package")
        .order_by("pk")
    )
    known = {
        each["subscription"]: (each["first"], each["cancelled"])
        for each in SubscriptionChange.objects.filter(subscription__customer__in=customer_ids)
        .values("subscription")
        .annotate(
            first=Min("at"),
            cancelled=Max("at", filter=Q(what="cancels_at")),
        )
        .order_by()
    }
    found: defaultdict[int, list[SubscriptionRow]] = defaultdict(list)
    for row in rows:
        since, cancelled = known.get(row.pk, (row.recorded_at or now, None))
        found[row.customer_id].append(
            SubscriptionRow(
                stripe_id=row.stripe_id,
                status=Status(row.status),
                reason=row.reason,
                sold=_sold(row.price, sections),
                started_at=row.started_at,
                period_starts_at=row.period_starts_at,
                period_ends_at=row.period_ends_at,
                price_since=row.price_since,
                known_since=since,
                cancel_known_since=cancelled,
                trial_ends_at=row.trial_ends_at,
                discount_ends_at=row.discount_ends_at,
                cancels_at=row.cancels_at,
                ended_at=row.ended_at,
                opens_until=row.opens_until,
                next_sold=_sold(row.next_price, sections) if row.next_price else None,
                next_price_at=row.next_price_at,
                card_brand=row.card_brand,
                card_last4=row.card_last4,
                card_ends_date=row.card_ends_date,
                ended_by_reader=row.cancelled_by in ASKED_FOR,
            )
        )
    return found


def _invoices(customer_ids: Collection[int], now: datetime) -> defaultdict[int, list[InvoiceRow]]:
    recent = now - NEWS
    rows = Invoice.objects.filter(customer__in=customer_ids).filter(
        Q(status__in=["open", "uncollectible"])
        | Q(status="void", subscription__ended_at__gt=recent)
        | Q(billing_reason=FIRST_INVOICE)
        | Q(paid_at__gt=recent)
        | Q(refunded_at__gt=recent)
    )
    found: defaultdict[int, list[InvoiceRow]] = defaultdict(list)
    for row in rows.select_related("subscription").order_by("pk"):
        found[row.customer_id].append(
            InvoiceRow(
                stripe_id=row.stripe_id,
                subscription_id=row.subscription.stripe_id,
                status=row.status,
                billing_reason=row.billing_reason,
                currency=row.currency,
                amount_due=row.amount_due,
                amount_paid=row.amount_paid,
                amount_refunded=row.amount_refunded,
                attempts=row.attempts,
                next_attempt_at=row.next_attempt_at,
                period_starts_at=row.period_starts_at,
                period_ends_at=row.period_ends_at,
                made_at=row.made_at,
                paid_at=row.paid_at,
                refunded_at=row.refunded_at,
                page=row.page,
                receipt=row.receipt,
            )
        )
    return found


def _passes(
    customer_ids: Collection[int], sections: Sections, now: datetime
) -> defaultdict[int, list[PassRow]]:
    rows = (
        Purchase.objects.filter(customer__in=customer_ids)
        .filter(Q(paid_at__gt=now - NEWS) | Q(refunded_at__gt=now - NEWS))
        .select_related("price__package", "entitlement")
        .order_by("pk")
    )
    found: defaultdict[int, list[PassRow]] = defaultdict(list)
    for row in rows:
        days = timedelta(days=row.price.opens_for_days or 0)
        found[row.customer_id].append(
            PassRow(
                stripe_id=row.stripe_id,
                sold=_sold(row.price, sections),
                currency=row.currency,
                amount_paid=row.amount,
                amount_refunded=row.amount_refunded,
                paid_at=row.paid_at,
                ends_at=row.paid_at + days if row.paid_at else None,
                refunded_at=row.refunded_at,
                disputed_at=row.disputed_at,
                receipt=row.receipt,
            )
        )
    return found


def _sold(price: Price, sections: Sections) -> Sold:
    opened = () if price.package.everything else sections.get(price.package_id, ())
    return Sold(str(price.public_id), price.package.name, price.terms, tuple(opened))


def _sections() -> Sections:
    """Return the names of the sections that each package opens; the few packages there are."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    named = Package.objects.filter(everything=False, sections__isnull=False)
    for pk, name in named.order_by("sections__order").values_list("pk", "sections__name"):
        found[pk].append(name)
    return found
