"""What the meter forgets: old reads, and meters that nobody can come back to."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.periods import Period, months_before

BATCH = 5_000


def forget_old_reads(*, period: Period, keep_months: int, zone: ZoneInfo) -> int:
    """Delete what was read in the months before the ones kept; return how many reads."""
    first_day = months_before(period, keep_months).starts_date
    opened_before = datetime.combine(first_day, time(), zone)
    return _in_batches(MeteredRead.objects.filter(opened_at__lt=opened_before))


def forget_stray_meters(*, period: Period) -> int:
    """Delete meters of past months without a reader, with the hashes that point to them.

    A deleted account's mailbox keeps its meter until the month is over, and no longer.
    """
    readers = MeterKey.objects.filter(meter=OuterRef("pk"), reader__isnull=False)
    return _in_batches(Meter.objects.filter(~Exists(readers), period__lt=period.starts_date))


def _in_batches(rows: QuerySet[Any]) -> int:
    forgotten = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
    return forgotten
