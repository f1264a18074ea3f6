"""The sandbox's clock, and what falls due as it moves.

It plays the part of Stripe's test clocks (https://docs.stripe.com/billing/testing/test-clocks)
for the whole account: renewals, ends of trials, retries and expirations happen in their order.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stripe_sandbox.core import Sandbox

HOUR, DAY = 3600, 86_400

Due = Callable[["Sandbox", str, int], None]
_DUE: dict[str, Due] = {}


def falls_due(kind: str) -> Callable[[Due], Due]:
    """Register what happens, to the object with an id, at a moment planned under this kind."""

    def register(handler: Due) -> Due:
        _DUE[kind] = handler
        return handler

    return register


class Clock:
    """Seconds since 1970: standing still from a start given, or running with real time."""

    def __init__(self, start: datetime | None) -> None:
        self._standing = int(start.timestamp()) if start else None
        self._ahead = 0
        self._at: int | None = None
        self._planned: list[tuple[int, int, str, str]] = []
        self._count = 0

    @property
    def now(self) -> int:
        """The present moment of the sandbox."""
        if self._at is not None:
            return self._at
        if self._standing is not None:
            return self._standing
        return int(time.time()) + self._ahead

    @property
    def moved(self) -> int:
        """How far it has been moved; it says whether the clock was touched."""
        return self._ahead if self._standing is None else self._standing

    @property
    def ahead(self) -> float:
        """How far it is ahead of real time, in seconds; a fraction only while it stands still."""
        return self._ahead if self._standing is None else self._standing - time.time()

    def begin_behind(self, seconds: int) -> None:
        """Let a new clock begin so far behind real time: it is moved on from there."""
        self._ahead = -seconds

    def plan(self, at: int, kind: str, id_: str) -> None:
        """Let something fall due; its handler looks whether it still applies."""
        self._count += 1
        heapq.heappush(self._planned, (at, self._count, kind, id_))

    def set(self, to: int) -> None:
        """Move to a later moment, without looking at what falls due."""
        if to < self.now:
            raise ValueError("The sandbox's clock only moves forward.")
        if self._standing is not None:
            self._standing = to
        else:
            self._ahead += to - self.now

    def run_due(self, sandbox: Sandbox, until: int) -> None:
        """Let everything planned until a moment happen, each at its own moment."""
        if self._at is not None:
            return
        try:
            while self._planned and self._planned[0][0] <= until:
                at, _, kind, id_ = heapq.heappop(self._planned)
                self._at = max(at, self._at or at)
                _DUE[kind](sandbox, id_, at)
        finally:
            self._at = None


def moment(seconds: int) -> datetime:
    """Return a moment of the sandbox's clock as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def later(start: int, interval: str, count: int) -> int:
    """Return the moment a number of intervals after another; months keep to the day of the start.

    A month without that day gives its last one (https://docs.stripe.com/billing/subscriptions/billing-cycle).
    """
    begun = moment(start)
    if interval in ("day", "week"):
        return int((begun + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = begun.month - 1 + count * (12 if interval == "year" else 1)
    year, month = begun.year + months // 12, months % 12 + 1
    first_of_next = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    last_day = (first_of_next - timedelta(days=1)).day
    return int(begun.replace(year=year, month=month, day=min(begun.day, last_day)).timestamp())


def next_end(anchor: int, start: int, interval: str, count: int) -> int:
    """Return the end of the period that begins at a moment, counted from the cycle's anchor."""
    steps = 1
    while later(anchor, interval, count * steps) <= start:
        steps += 1
    return later(anchor, interval, count * steps)
