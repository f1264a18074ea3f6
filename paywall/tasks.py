"""What the paywall does by itself, on the schedule in config.celery."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from paywall import clock
from paywall.circulation import (
    cases,
    following,
    guessing,
    importing,
    nightly,
    reading_sent,
    seats,
)
from paywall.circulation.locking import BusyError
from paywall.health import digest
from paywall.insights import counting, where
from paywall.letters import circulation_alerts, print_writing, sending, walking, writing
from paywall.metering import forgetting
from paywall.payments import gateway, inbox, reconciling
from paywall.periods import month_of, months_before
from paywall.reports import board, weekly
from paywall.sites import answered
from paywall.subscriptions import scopes
from paywall.subscriptions.models import Customer

logger = logging.getLogger(__name__)


@shared_task
def forget_old_reads() -> None:
    """Forget who read what after some months; the setting READS_KEPT_MONTHS says how many."""
    zone = ZoneInfo(settings.TIME_ZONE)
    forgotten = forgetting.forget_old_reads(
        period=month_of(clock.now(), zone), keep_months=settings.READS_KEPT_MONTHS, zone=zone
    )
    logger.info("Forgot %d reads older than %d months", forgotten, settings.READS_KEPT_MONTHS)
    before = months_before(month_of(clock.now(), zone), settings.READS_KEPT_MONTHS)
    logger.info("Forgot when %d readers came", counting.forget(before=before.starts_date))
    # At 3:20 what was read before midnight is long counted: that happens once a minute.
    today = counting.day_of(clock.now())
    logger.info("Forgot %d marks of who was counted", where.forget(before=today))


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
    """Record what Stripe told us and was not recorded at once, because something was away."""
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
def forget_old_stripe_events() -> None:
    """Keep what Stripe told us for three months."""
    logger.info("Forgot %d events of Stripe's", inbox.forget(now=clock.now()))


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
def write_weekly_letter() -> None:
    """Write what the paper earned last week to the publisher, once a week, and have it sent."""
    if weekly.write_weekly(now=clock.now()):
        transaction.on_commit(send_letters.delay, robust=True)


@shared_task
def prepare_figures() -> None:
    """Add up what the dashboard shows of months that are over and of print accounts."""
    logger.info("Prepared the figures of %d months", board.prepare(now=clock.now()))


@shared_task
def send_letters() -> None:
    """Send every letter that is due, one by one; several may do so at once."""
    sending.send_due(clock.now)


@shared_task
def write_print_letters(activation_id: int) -> None:
    """Write what is due about one activation, and have it sent."""
    if print_writing.write_due(activation_id, now=clock.now()):
        transaction.on_commit(send_letters.delay, robust=True)


@shared_task
def follow_up_print() -> None:
    """Check open cases with the newest circulation file, and write what it brings to readers.

    After each accepted file, and on the schedule, since that task may never have been sent.
    """
    found = cases.try_again(clock.now())
    written = print_writing.write_all_due(now=clock.now())
    logger.info("Print: found %d open cases, wrote %d letters", found, written)
    if written:
        transaction.on_commit(send_letters.delay, robust=True)


@shared_task
def send_health_digest() -> None:
    """Write to staff when something waits for a person, once a day."""
    real_now = timezone.now()  # noqa: TID251, schedules follow real time
    if digest.send_todays(now=clock.now(), real_now=real_now):
        logger.info("Wrote to staff that something waits for them")


@shared_task
def forget_old_print_claims() -> None:
    """Forget what was typed and not found, old counts of wrong tries, and old invitations."""
    now = clock.now()
    forgotten = cases.forget_old(now=now) + guessing.forget_old(now=now) + seats.forget_old(now=now)
    logger.info("Print: forgot %d old rows", forgotten)


@shared_task
def forget_old_answers() -> None:
    """Forget what the API answered to requests that come no more."""
    logger.info("API: forgot %d answers", answered.forget_old(now=clock.now()))


@shared_task(bind=True, max_retries=12)
def take_circulation_file(self: Task[[], None]) -> None:
    """Take in the file of print subscribers, from where the setting CIRCULATION_SOURCE says."""
    try:
        taken = nightly.take_tonights(now=clock.now())
    except BusyError as error:
        logger.warning("Circulation: %s", error)
        if self.request.is_eager:  # it would be tried again at once
            return
        raise self.retry(exc=error, countdown=600) from None
    if taken:
        transaction.on_commit(follow_up_print.delay, robust=True)
    transaction.on_commit(write_circulation_alerts.delay, robust=True)


@shared_task
def write_circulation_alerts() -> None:
    """Write to the desk about files that were refused, are held, or have not come."""
    if circulation_alerts.write_due(now=clock.now()):
        transaction.on_commit(send_letters.delay, robust=True)


@shared_task
def read_sent_circulation_files() -> None:
    """Read what staff sent, so that they see what it would do.

    As soon as one is there, and on the schedule, since that task may never have been sent.
    """
    try:
        reading_sent.read_all(now=clock.now())
    except BusyError:
        return  # the next one reads it


@shared_task
def go_on_with_circulation() -> None:
    """Put in force what staff said yes to, and what was interrupted."""
    try:
        went_on = importing.go_on(now=clock.now())
    except BusyError:
        return  # whoever is at it goes on with this too
    if went_on:
        transaction.on_commit(follow_up_print.delay, robust=True)


@shared_task
def follow_print() -> None:
    """Let every activation follow, after staff changed what print subscriptions open."""
    following.follow_all(now=clock.now())


def _write_to(customer: Customer | None, now: datetime) -> None:
    """Write what is due to a customer, if there is one, and have it sent."""
    if customer and writing.write_due(customer, now=now):
        transaction.on_commit(send_letters.delay, robust=True)
