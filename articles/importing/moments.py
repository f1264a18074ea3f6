"""When an item says that it was published."""

from datetime import UTC, datetime, timedelta, tzinfo
from time import struct_time

EARLIEST = datetime(1700, 1, 1, tzinfo=UTC)
FURTHEST = timedelta(days=3 * 366)  # into the future: what is later was mistyped
UNSET = datetime(1970, 1, 1, tzinfo=UTC)  # a computer's zero, and no moment of the paper's


def from_struct(moment: struct_time | None) -> datetime | None:
    """Return the moment that feedparser read, which is in UTC; None if it is no moment."""
    try:
        return datetime(*moment[:6], tzinfo=UTC) if moment else None
    except (ValueError, TypeError):
        return None


def from_wordpress(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of a `2024-05-01 10:00:00`; None for the zeros that mean "not yet"."""
    try:
        return datetime.fromisoformat(text.strip()[:19]).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def sensible(moment: datetime | None, *, now: datetime) -> datetime | None:
    """Return the moment, or None where no newspaper can have meant it."""
    if moment is None or moment == UNSET or not EARLIEST <= moment <= now + FURTHEST:
        return None
    return moment
