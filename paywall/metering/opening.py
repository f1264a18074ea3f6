"""Opening a premium story exactly once, whatever races."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import IntegrityError, connection, transaction

from paywall.catalog.story import Story
from paywall.periods import Period

# Written out, since putting them together takes longer than the database takes to answer.
COUNT = """
    UPDATE paywall_meter SET period = %s, used = CASE WHEN period = %s THEN used + 1 ELSE 1 END
    WHERE id = %s AND (period < %s OR period = %s AND used < %s)
"""
READ = "INSERT INTO paywall_meteredread (period, story_key, opened_at, title, address, meter_id)"
WRITE_DOWN = f"{READ} VALUES (%s, %s, %s, %s, %s, %s)"
BOTH_AT_ONCE = f"""
    WITH counted AS ({COUNT} RETURNING id)
    {READ} SELECT %s::date, %s, %s::timestamptz, %s, %s, id FROM counted
"""  # noqa: S608  # nothing in it comes from outside
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
            if not _count_and_write_down(meter_id, story, period, allowance, now):
                return Opening.REFUSED, {}
            versions = _raise_versions(meter_id)
    except IntegrityError:
        return Opening.READ_BEFORE, {}
    return Opening.OPENED, versions


def _count_and_write_down(
    meter_id: int, story: Story, period: Period, allowance: int, now: datetime
) -> bool:
    """Count the story, and write the read down where there was room for it; tell whether."""
    month = period.starts_date
    counted: list[Any] = [month, month, meter_id, month, month, allowance]
    opened_at = connection.ops.adapt_datetimefield_value(now)
    read: list[Any] = [month, story.key, opened_at, story.title[:300], story.address[:500]]
    if connection.vendor == "postgresql":
        return _at_once(meter_id, counted, read)
    return _one_by_one(meter_id, counted, read)


def _at_once(meter_id: int, counted: list[Any], read: list[Any]) -> bool:
    """Do both in one statement, which spares a round trip."""
    return _ask(BOTH_AT_ONCE, [*counted, *read])


def _one_by_one(meter_id: int, counted: list[Any], read: list[Any]) -> bool:
    return _ask(COUNT, counted) and _ask(WRITE_DOWN, [*read, meter_id])


def _ask(statement: str, values: Sequence[Any]) -> bool:
    """Tell whether the statement changed a row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount == 1)


def _raise_versions(meter_id: int) -> Mapping[int, int]:
    """Make every remembered answer about the meter's readers void; return their new versions."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE_VERSIONS, [meter_id])
        return dict(cursor.fetchall())
