"""Comparing with Stripe what it may have told us in vain: events, and everything.

What differs is fetched and recorded as if an event had told of it, and reported as a sentence.
A second comparison finds nothing and changes nothing.
"""

from datetime import datetime, timedelta

from django.db.models import Max

from paywall.payments import aftercare, checking, inbox, publishing
from paywall.payments.gateway import Gateway, GatewayRefused, Json
from paywall.payments.happened import what_happened
from paywall.payments.models import Reconciliation, StripeEvent
from paywall.payments.reporting import UnderWay, reporting
from paywall.subscriptions.models import Subscription

KEPT = timedelta(days=30)  # by Stripe. https://docs.stripe.com/api/events
OVERLAP = timedelta(hours=1)  # between two comparisons: clocks differ, and lists lag behind
ON_ITS_WAY = timedelta(minutes=1)  # a webhook that is no older may still arrive


def missed_events(stripe: Gateway, *, now: datetime) -> Reconciliation | None:
    """Keep the events since the last comparison that did not arrive, to be handled like others.

    Return the report, or None while somebody else makes one. Raises GatewayUnavailable and
    GatewayRefused: the next one then begins where this one did.
    """
    since = _compared_until(now)
    try:
        with reporting(Reconciliation.Kind.EVENTS, now=now) as report:
            events = stripe.events(created={"gte": int(since.timestamp())})
            for page in checking.pages(events):
                _keep_missed(page, report, now)
    except UnderWay:
        return None
    return report


def everything(stripe: Gateway, *, now: datetime) -> Reconciliation | None:
    """Compare every subscription, pass, customer and price, and record what differs.

    Return the report, or None while somebody else makes one. Raises GatewayUnavailable and
    GatewayRefused; what was recorded until then stays.
    """
    try:
        with reporting(Reconciliation.Kind.EVERYTHING, now=now) as report:
            checking.check_subscriptions(stripe, report, now=now)
            checking.check_passes(stripe, report, now=now)
            checking.check_customers(stripe, report, now=now)
            checking.check_entitlements(report, now=now)
            _see_to_what_is_left(stripe, report, now)
            _compare_catalogue(stripe, report)
    except UnderWay:
        return None
    return report


def _compared_until(now: datetime) -> datetime:
    """Return from when on events may have been missed.

    That is when the last whole comparison began, and not the last event that we have: after
    days without webhooks, one that arrives does not stand for those before it.
    """
    whole = Reconciliation.objects.filter(kind=Reconciliation.Kind.EVENTS, error="")
    last: datetime | None = whole.exclude(ended_at=None).aggregate(last=Max("began_at"))["last"]
    return max(last - OVERLAP, now - KEPT) if last else now - KEPT


def _keep_missed(page: list[Json], report: Reconciliation, now: datetime) -> None:
    """Keep those of a page that concern readers and did not arrive."""
    report.looked_at += len(page)
    ids = [event["id"] for event in page]
    kept = set(StripeEvent.objects.filter(stripe_id__in=ids).values_list("stripe_id", flat=True))
    missed = [event for event in page if event["id"] not in kept and what_happened(event).touched]
    rows = [inbox.to_keep(event, now=now) for event in missed]
    if rows:
        StripeEvent.objects.bulk_create(rows, ignore_conflicts=True)
    report.differences += [
        f"{row.type} {row.stripe_id} of {row.happened_at:%Y-%m-%d %H:%M} UTC had not arrived: "
        "it is handled now."
        for row in rows
        if row.happened_at < now - ON_ITS_WAY
    ]


def _see_to_what_is_left(stripe: Gateway, report: Reconciliation, now: datetime) -> None:
    """Do what our records ask for at Stripe, where it was left undone."""
    for customer in aftercare.in_want().iterator(chunk_size=checking.PAGE):
        running = Subscription.objects.running().filter(customer=customer)
        before = set(running.values_list("stripe_id", flat=True))
        try:
            aftercare.look_after(stripe, customer, now=now)
        except GatewayRefused as error:
            report.differences.append(f"{customer}: {error}")
        ended = before - set(running.values_list("stripe_id", flat=True))
        report.differences += [f"{name} was to be cancelled: that is done." for name in ended]


def _compare_catalogue(stripe: Gateway, report: Reconciliation) -> None:
    found = publishing.preview(stripe)
    report.differences += [f"{each}. It is to be published." for each in found.done]
    report.differences += [f"{each}. It is left so." for each in found.left]
