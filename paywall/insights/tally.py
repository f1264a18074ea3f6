"""What happened since it was last written down, gathered in this process. Pure.

A page pays for one look-up in a dictionary under a lock: well below a microsecond, with nobody to
ask and nothing to wait for. Redis would cost each page a round trip, and a wait where it hangs.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from paywall.catalog.story import Story
from paywall.insights.happenings import What

MOST_KEYS = 200_000  # while nothing can be written; what is new beyond them is not counted


def _sets() -> defaultdict[tuple[date, str], set[int]]:
    return defaultdict(set)


@dataclass(slots=True)
class Taken:
    """What was gathered.

    `visits`: how often, by day, outcome, whether it opened, and the story's key. `readers` opened
    a story on a day; `monthly` did, by name, what counts once a month. `events`: by day and name.
    """

    visits: Counter[tuple[date, str, bool, str]] = field(default_factory=Counter)
    events: Counter[tuple[date, str]] = field(default_factory=Counter)
    stories: dict[str, Story] = field(default_factory=dict)
    readers: defaultdict[tuple[date, str], set[int]] = field(default_factory=_sets)
    monthly: defaultdict[tuple[date, str], set[int]] = field(default_factory=_sets)

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
                if opens:
                    now.readers[day, story.key].add(reader)
                else:
                    now.monthly[day, What.WALLED_IN_MONTH].add(reader)

    def event(self, day: date, what: str) -> None:
        """Count something that has to do with no story."""
        with self._lock:
            self._now.events[day, what] += 1

    def came_so_far(self, day: date, what: str, reader: int) -> None:
        """Count a reader who did, perhaps again, what counts once a month."""
        with self._lock:
            self._now.monthly[day, what].add(reader)

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
            for ours, theirs in ((now.readers, taken.readers), (now.monthly, taken.monthly)):
                for key, readers in theirs.items():
                    ours[key] |= readers
