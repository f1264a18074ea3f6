"""What happened since it was last written down, gathered in this process. Pure.

A page pays for one look-up in a dictionary under a lock: well below a microsecond, with nobody to
ask and nothing to wait for. Redis would cost each page a round trip, and a wait where it hangs.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from paywall.catalog.story import Story

MOST_KEYS = 200_000  # while nothing can be written; what is new beyond them is not counted


@dataclass(slots=True)
class Taken:
    """What was gathered.

    `visits`: how often, by day, outcome, whether it opened, and the story's key. `events`: by day
    and name. `readers` opened something on a day, `walled` met a wall.
    """

    visits: Counter[tuple[date, str, bool, str]] = field(default_factory=Counter)
    events: Counter[tuple[date, str]] = field(default_factory=Counter)
    stories: dict[str, Story] = field(default_factory=dict)
    readers: defaultdict[date, set[int]] = field(default_factory=lambda: defaultdict(set))
    walled: defaultdict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __bool__(self) -> bool:
        return bool(self.visits or self.events)


class Tally:
    """Gathers for all threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = Taken()

    def visit(
        self, day: date, outcome: str, *, opens: bool, story: Story, reader: int | None
    ) -> None:
        """Count a story that was opened, or a wall that was met."""
        key = (day, outcome, opens, story.key)
        with self._lock:
            now = self._now
            if key not in now.visits and len(now.visits) >= MOST_KEYS:
                return
            now.visits[key] += 1
            now.stories[story.key] = story
            if reader is not None:
                (now.readers if opens else now.walled)[day].add(reader)

    def event(self, day: date, what: str) -> None:
        """Count something that has to do with no story."""
        with self._lock:
            self._now.events[day, what] += 1

    def take(self) -> Taken:
        """Return what was gathered, and begin anew."""
        with self._lock:
            taken, self._now = self._now, Taken()
        return taken

    def put_back(self, taken: Taken) -> None:
        """Gather again what could not be written."""
        with self._lock:
            now = self._now
            now.visits.update(taken.visits)
            now.events.update(taken.events)
            now.stories = taken.stories | now.stories
            for ours, theirs in ((now.readers, taken.readers), (now.walled, taken.walled)):
                for day, readers in theirs.items():
                    ours[day] |= readers
