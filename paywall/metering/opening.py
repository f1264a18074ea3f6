"""Opening a premium story exactly once, whatever races."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from django.db import IntegrityError, connection, transaction

from paywall.catalog.story import Story
from paywall.periods import Period

# Written out, since putting them together takes longer than the database takes to answer.
COUNT = """
    UPDATE paywall_meter SET period = %s, used = CASE WHEN period = %s THEN used + 1 ELSE 1 END
    WHERE id = %s AND (period < %s OR period = %s AND used < %s)
"""
WRITE_DOWN = """
    INSERT INTO paywall_meteredread (meter_id, period, story_key, opened_at, title, address)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
RAISE_VERSIONS = """
    UPDATE accounts_reader SET access_version = access_version + 1
    WHERE id IN (SELECT reader_id FROM paywall_meterkey WHERE meter_id = %s)
    RETURNING id, access_version
"""


class Opening(Enum):
    """How it went."""

    OPENED = "opened"
    READ_BEFORE = "read before"
    REFUSED = "refused"


def open_story(
    meter_id: int, story: Story, *, period: Period, allowance: int, now: datetime
) -> tuple[Opening, Mapping[int, int]]:
    """Count the story on the meter, unless it counts already or the allowance is spent.

    Returns how it went, and the access_version that the meter's readers have then, by their id.

    The conditional UPDATE decides who is the last within the allowance, and the unique read who
    is first with this story; both hold on SQLite and PostgreSQL without any other lock. The
    count comes first, since it locks the meter's row: whoever writes to a meter (a merge too)
    queues there, where the read first would let an opening and a merge wait for each other.

    REFUSED also when the meter has gone on to a later period, was merged away or spent on this
    very story, since it was looked at: look again.
    """
    if allowance < 1:
        return Opening.REFUSED, {}
    try:
        with transaction.atomic():
            if not _count_one(meter_id, period, allowance):
                return Opening.REFUSED, {}
            _write_down(meter_id, story, period, now)
            versions = _raise_versions(meter_id)
    except IntegrityError:
        return Opening.READ_BEFORE, {}
    return Opening.OPENED, versions


def _count_one(meter_id: int, period: Period, allowance: int) -> bool:
    """Raise the count if the allowance has room; a first story of a new period starts at one."""
    month = period.starts_date
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [month, month, meter_id, month, month, allowance])
        return bool(cursor.rowcount == 1)


def _write_down(meter_id: int, story: Story, period: Period, now: datetime) -> None:
    opened_at = connection.ops.adapt_datetimefield_value(now)
    title, address = story.title[:300], story.address[:500]
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_DOWN, [meter_id, period.starts_date, story.key, opened_at, title, address]
        )


def _raise_versions(meter_id: int) -> Mapping[int, int]:
    """Make every remembered answer about the meter's readers void; return their new versions."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE_VERSIONS, [meter_id])
        return dict(cursor.fetchall())
