"""Writing the letters that are due to a customer, once each, into the outbox."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Reader
from paywall.catalog.terms import HOW_TO_CANCEL
from paywall.letters import dressing, stopping
from paywall.letters.due import Calendar, Due, due_letters
from paywall.letters.facts import Facts
from paywall.letters.gathering import facts_of
from paywall.letters.kinds import MAY_BE_STOPPED, Kind
from paywall.letters.models import Letter
from paywall.subscriptions.models import Customer

LONGEST_SUBJECT = 200  # characters


def write_due(customer: Customer, *, now: datetime) -> int:
    """Write the letters that are due to a customer and return how many; then send them.

    Call it after anything about the customer was recorded. Called again, or by two at once, it
    writes nothing twice.
    """
    if not _due_to(customer, now):
        return 0
    with transaction.atomic():
        # Nothing is recorded about this customer, and no letter written, until this is committed.
        locked = Customer.objects.select_for_update(of=("self",)).select_related("reader")
        customer = locked.get(pk=customer.pk)
        if customer.reader is None:
            return 0
        letters = [
            letter_of(due, customer.reader, now=now)
            for due in _due_to(customer, now)
            if not (due.kind is Kind.ENDED and _is_closing(customer, now))  # goodbye.py says it
        ]
        Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _is_closing(customer: Customer, now: datetime) -> bool:
    """Tell whether the account is being closed, and that did not break off: it was begun today."""
    return bool(customer.closed_at and now - customer.closed_at < timedelta(days=1))


def due_by(facts: Facts, *, now: datetime) -> list[Due]:
    """Return which letters are due, by the newspaper's settings."""
    calendar = Calendar(
        renewal_notice=timedelta(days=settings.RENEWAL_NOTICE_DAYS),
        ending_notice=timedelta(days=settings.ENDING_NOTICE_DAYS),
        zone=ZoneInfo(settings.TIME_ZONE),
    )
    return due_letters(facts, calendar, now=now)


def letter_of(due: Due, reader: Reader, *, now: datetime) -> Letter:
    """Put a letter into words: those of `letters/{kind}.txt`, whose first line is the subject."""
    site = settings.SITE_URL
    frame = {
        "newspaper_name": settings.NEWSPAPER_NAME,
        "site_url": site,
        "account_url": f"{site}{reverse('account')}",
        "subscribe_url": f"{site}{reverse('subscribe')}",
        "address": reader.email,
        "stop_url": stopping.address_for(reader) if due.kind in MAY_BE_STOPPED else "",
    }
    words = _words(due, {**frame, "how_to_cancel": HOW_TO_CANCEL, "now": now})
    subject, _, body = dressing.tidied(words).partition("\n\n")
    frame |= {"subject": subject, "body": body}
    parts = dressing.parts_of(body)
    return Letter(
        key=due.key,
        kind=due.kind.value,
        reader=reader,
        address=reader.email,
        subject=subject[:LONGEST_SUBJECT],
        text=_plain("frame.txt", frame).strip() + "\n",
        html=render_to_string("paywall/letters/frame.html", {**frame, "parts": parts}),
        message_id=f"<{uuid.uuid4()}@{urlsplit(site).hostname}>",
        written_at=now,
        next_try_at=now,
    )


def _due_to(customer: Customer, now: datetime) -> list[Due]:
    facts = facts_of([customer.pk], now=now).get(customer.pk)
    return due_by(facts, now=now) if facts else []


def _words(due: Due, frame: dict[str, Any]) -> str:
    about = {name: getattr(due, name) for name in ("subscription", "invoice", "bought", "sold")}
    return _plain(f"{due.kind}.txt", {**frame, **about, "at": due.at, "day": due.day})


def _plain(name: str, context: dict[str, Any]) -> str:
    """Render a text; what HTML would escape is left as it is."""
    return str.__str__(render_to_string(f"paywall/letters/{name}", context))
