"""What the paywall does by itself, on the schedule in config.celery."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.db import transaction

from paywall import clock
from paywall.letters import sending, walking, writing
from paywall.metering import forgetting
from paywall.payments import gateway, inbox, reconciling
from paywall.periods import month_of
from paywall.subscriptions import scopes
from paywall.subscriptions.models import Customer

logger = logging.getLogger(__name__)


@shared_task
def forget_old_reads() -> None:
    """Keep what a person read for READS_KEPT_MONTHS, and no longer."""
    zone = ZoneInfo(settings.TIME_ZONE)
    forgotten = forgetting.forget_old_reads(
        period=month_of(clock.now(), zone), keep_months=settings.READS_KEPT_MONTHS, zone=zone
    )
    logger.info("Forgot %d reads older than %d months", forgotten, settings.READS_KEPT_MONTHS)


@shared_task
def forget_stray_meters() -> None:
    """Forget the meters of strangers and of deleted accounts once their month is over."""
    period = month_of(clock.now(), ZoneInfo(settings.TIME_ZONE))
    logger.info("Forgot %d stray meters", forgetting.forget_stray_meters(period=period))


@shared_task
def handle_stripe_event(event_id: str) -> None:
    """Bring our records up to date with an event that Stripe told us of."""
    now = clock.now()
    _write_to(inbox.handle(event_id, now=now), now)


@shared_task
def sweep_stripe_events() -> None:
    """Handle what nobody has handled: Redis was away, a worker crashed, Stripe failed."""
    while (customers := inbox.sweep(now=clock.now())) is not None:
        for customer in customers:
            _write_to(customer, clock.now())


@shared_task
def find_missed_stripe_events() -> None:
    """Keep the events that did not arrive; they are handled like those that did."""
    if settings.STRIPE_SECRET_KEY:
        reconciling.missed_events(gateway.from_settings(), now=clock.now())


@shared_task
def compare_everything_with_stripe() -> None:
    """Record what differs between Stripe's subscriptions, customers and prices and ours."""
    if settings.STRIPE_SECRET_KEY:
        reconciling.everything(gateway.from_settings(), now=clock.now())


@shared_task
def follow_packages() -> None:
    """Have subscribers read what their packages open, after staff changed one."""
    followed = scopes.follow_packages(now=clock.now())
    logger.info("What %d customers read was changed with their package", followed)


@shared_task
def write_letters(customer_id: int) -> None:
    """Write what is due to one customer, after anything was recorded, and have it sent."""
    _write_to(Customer.objects.filter(pk=customer_id).first(), clock.now())


@shared_task
def write_letters_due() -> None:
    """Write what the calendar brings, and what was not written when it was recorded."""
    written = walking.write_all_due(now=clock.now())
    if written:
        logger.info("Wrote %d letters", written)
        transaction.on_commit(send_letters.delay, robust=True)


@shared_task
def send_letters() -> None:
    """Send every letter that is due, one by one; several may do so at once."""
    sending.send_due(clock.now)


def _write_to(customer: Customer | None, now: datetime) -> None:
    """Write what is due to a customer, if there is one, and have it sent."""
    if customer and writing.write_due(customer, now=now):
        transaction.on_commit(send_letters.delay, robust=True)
