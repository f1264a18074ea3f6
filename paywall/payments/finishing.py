"""Counting the checkouts that were finished, whether or not the reader came back to us."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.payments.models import CheckoutAttempt


def finish(sessions: Collection[str], *, now: datetime) -> None:
    """Count the attempts whose Checkout session is complete, each once."""
    if not sessions:
        return
    new = CheckoutAttempt.objects.filter(session_id__in=sessions, finished_at=None)
    for attempt in new:
        with transaction.atomic():
            if new.filter(pk=attempt.pk).update(finished_at=now):
                counting.count(What.CHECKOUT_FINISHED, at=now, story=attempt.story)
