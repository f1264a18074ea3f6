"""Noting which stories stayed closed to a reader, so that the desk can say why."""

import contextlib
import time
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError

from accounts.models import Reader
from paywall.catalog.story import Story
from paywall.memory import Memory
from paywall.metering.models import RefusedVisit

DAY = 24 * 3600  # seconds
MOST_NOTED = 5000  # in this process

Noted: TypeAlias = tuple[UUID, str, date]

_noted: Memory[Noted, bool] = Memory(most=MOST_NOTED)


def note(reader: Reader, story: Story, outcome: str, *, now: datetime) -> None:
    """Write down that a story stayed closed, once for each reader, story and day.

    One insert, and none when this process knows that it is there.
    """
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    name = (reader.public_id, story.key, today)
    if _noted.get(name, seconds=DAY):
        return
    asked_at = time.monotonic()
    refused = RefusedVisit(
        reader=reader,
        date=today,
        story_key=story.key,
        refused_at=now,
        outcome=outcome,
        title=story.title[:300],
        address=story.address[:500],
    )
    with contextlib.suppress(DatabaseError):  # a note for the desk is no reason to show no page
        RefusedVisit.objects.bulk_create([refused], ignore_conflicts=True)
    _noted.set(name, True, asked_at=asked_at)


def clear() -> None:
    """Forget what this process has noted."""
    _noted.clear()
