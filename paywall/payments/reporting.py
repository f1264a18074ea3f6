"""What a comparison with Stripe found; and that nobody else makes the same one meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from paywall.payments.gateway import GatewayError
from paywall.payments.models import Reconciliation

MOST_SENTENCES = 1000  # the rest is counted
# One that has not ended by then was broken off, and another may begin.
BROKE_OFF_AFTER = {
    Reconciliation.Kind.EVENTS: timedelta(hours=1),
    Reconciliation.Kind.EVERYTHING: timedelta(hours=6),
}


class UnderWay(Exception):  # noqa: N818  # it is no error
    """Somebody else compares the same, and will report it."""


@contextmanager
def reporting(kind: Reconciliation.Kind, *, now: datetime) -> Iterator[Reconciliation]:
    """Give the row of a comparison, to be filled; it is written at the end, whatever the end.

    Of those that found nothing only the last row stays: that Stripe and we agree is no news.
    Raises UnderWay, and what went wrong within, which is kept with the row.
    """
    report = _begin(kind, now)
    try:
        yield report
    except BaseException as error:
        told = str(error) if isinstance(error, GatewayError) else ""
        report.error = f"{type(error).__name__}: {told}"[:500]
        raise
    finally:
        _end(report, now)


def _begin(kind: Reconciliation.Kind, now: datetime) -> Reconciliation:
    under_way = Reconciliation.objects.filter(kind=kind, ended_at=None)
    under_way.filter(began_at__lt=now - BROKE_OFF_AFTER[kind]).update(
        ended_at=now, error="It was broken off."
    )
    try:
        with transaction.atomic():  # one_comparison_at_a_time says whether there is another
            return Reconciliation.objects.create(kind=kind, began_at=now)
    except IntegrityError as error:
        raise UnderWay(f"{kind.label}: they are being compared right now.") from error


def _end(report: Reconciliation, now: datetime) -> None:
    more = len(report.differences) - MOST_SENTENCES
    if more > 0:
        report.differences[MOST_SENTENCES:] = [f"And {more} more."]
    report.ended_at = now
    report.save()
    if not report.differences and not report.error:
        before = Reconciliation.objects.filter(kind=report.kind, pk__lt=report.pk)
        before.filter(differences=[], error="").exclude(ended_at=None).delete()
