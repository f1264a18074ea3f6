"""Opening a premium story exactly once, whatever races."""

from datetime import datetime
from enum import Enum

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When

from accounts.models import raise_access_version
from paywall.catalog.story import Story
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.periods import Period


class Opening(Enum):
    """How it went."""

    OPENED = "opened"
    READ_BEFORE = "read before"
    REFUSED = "refused"


def open_story(
    meter_id: int, story: Story, *, period: Period, allowance: int, now: datetime
) -> Opening:
    """Count the story on the meter, unless it counts already or the allowance is spent.

    The conditional UPDATE decides who is the last within the allowance, and the unique read who
    is first with this story; both hold on SQLite and PostgreSQL without any other lock. The
    count comes first, since it locks the meter's row: whoever writes to a meter (a merge too)
    queues there, where the read first would let an opening and a merge wait for each other.

    REFUSED also when the meter has gone on to a later period, was merged away or spent on this
    very story, since it was looked at: look again.
    """
    if allowance < 1:
        return Opening.REFUSED
    try:
        with transaction.atomic():
            if not _count_one(meter_id, period, allowance):
                return Opening.REFUSED
            MeteredRead.objects.create(
                meter_id=meter_id,
                period=period.starts_date,
                story_key=story.key,
                opened_at=now,
                title=story.title[:300],
                address=story.address[:500],
            )
            raise_access_version(
                MeterKey.objects.filter(meter=meter_id, reader__isnull=False).values_list(
                    "reader", flat=True
                )
            )
    except IntegrityError:
        return Opening.READ_BEFORE
    return Opening.OPENED


def _count_one(meter_id: int, period: Period, allowance: int) -> bool:
    """Raise the count if the allowance has room; a first story of a new period starts at one."""
    this, earlier = Q(period=period.starts_date), Q(period__lt=period.starts_date)
    counted = Meter.objects.filter((this & Q(used__lt=allowance)) | earlier, pk=meter_id).update(
        used=Case(When(this, then=F("used") + 1), default=Value(1)), period=period.starts_date
    )
    return counted == 1
