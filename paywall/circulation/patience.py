"""How often somebody may be wrong. Pure: five times an hour, then in ever longer times.

Five wrong tries, then a pause until the hour is over; five more, and it is two hours, then four, a
day at most. A quiet day and it begins anew: nobody is ever locked out for good.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """Wrong tries since the beginning of a time, and how many times were used up before it."""

    tries: int
    rounds: int
    since: datetime

    @property
    def ends_at(self) -> datetime:
        """Return when the time is over and tries begin anew."""
        return self.since + min(HOUR * (1 << min(self.rounds, 10)), LONGEST)


def may_try_at(tried: Tried, *, most: int, now: datetime) -> datetime | None:
    """Return when the next try may be made; None: now."""
    return tried.ends_at if tried.tries >= most and now < tried.ends_at else None


def after_wrong(tried: Tried, *, most: int, now: datetime) -> Tried:
    """Return what is kept after one more wrong try."""
    if now < tried.ends_at:
        return replace(tried, tries=tried.tries + 1)
    used_up = tried.tries >= most and now < tried.ends_at + LONGEST
    return Tried(tries=1, rounds=tried.rounds + 1 if used_up else 0, since=now)
