"""Opening all stories to everybody for a storm or an election, and closing them again."""

from datetime import datetime, timedelta

from accounts.models import Reader
from paywall.catalog.models import Section
from paywall.metering import rules
from paywall.metering.models import FreeMode

LONGEST = timedelta(days=31)


class RefusedError(ValueError):
    """It cannot last so long, or is over; the message says so to staff."""


def open_all(
    section: Section | None, *, until: datetime, why: str, by: Reader, now: datetime
) -> FreeMode:
    """Open all stories of a section, or of the paper, from now until a moment (exclusive).

    Raises RefusedError for an end that is past or further away than LONGEST.
    """
    if until <= now:
        raise RefusedError("That moment is over: choose one that is still to come.")
    if until - now > LONGEST:
        raise RefusedError(
            f"It lasts {LONGEST.days} days at most. For longer, change the rules or the sections."
        )
    opened = FreeMode.objects.create(
        section=section, starts_at=now, ends_at=until, why=why, opened_by=by
    )
    rules.forget()
    return opened


def close(mode: FreeMode, *, by: Reader, now: datetime) -> bool:
    """End it now; False: it was over, or somebody was faster."""
    running = FreeMode.objects.in_force(now).filter(pk=mode.pk)
    closed = running.update(closed_at=now, closed_by=by)
    rules.forget()
    return bool(closed)
