"""What the meter forgets: old reads, and meters that nobody can come back to."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from paywall.metering.models import Meter, MeteredRead, MeterKey, RefusedVisit
from paywall.periods import Period, months_before

BATCH = 5_000


def forget_old_reads(*, period: Period, keep_months: int, zone: ZoneInfo) -> int:
    """Delete what was read, or refused, in the months before the ones kept; return how many."""
    first_day = months_before(period, keep_months).starts_date
    opened_before = datetime.combine(first_day, time(), zone)
    return _in_batches(MeteredRead.objects.filter(opened_at__lt=opened_before)) + _in_batches(
        RefusedVisit.objects.filter(refused_at__lt=opened_before)
    )


def forget_stray_meters(*, period: Period) -> int:
    """Delete meters of past months without a reader, with the hashes that point to them.

    A deleted account's mailbox keeps its meter until the month is over, and no longer.
    """
    readers = MeterKey.objects.filter(meter=OuterRef("pk"), reader__isnull=False)
    return _in_batches(Meter.objects.filter(~Exists(readers), period__lt=period.starts_date))


def _in_batches(rows: QuerySet[Any]) -> int:
    forgotten = 0
    while True:
        with transaction.atomic():
            # What somebody works on now can wait until tomorrow.
            locked = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
            ids = list(locked[:BATCH])
            # Asked again under the lock: somebody may have come back to it meanwhile.
            _, deleted = rows.filter(pk__in=ids).delete()
        if not ids:
            return forgotten
        forgotten += deleted.get(rows.model._meta.label, 0)
