"""What was counted: the paper and its sections over a year, and each story while it was new."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from config.demo.figures import DAYS, ORDINARY, of_day
from config.scale.ground import Ground, mixed
from config.scale.pouring import pour
from config.scale.stories import SECTIONS, SPAN
from paywall.insights.happenings import BY_STORY, What
from paywall.insights.models import DayCount

NEW_FOR = 6  # days that a story is read in numbers
OF = 1000  # readers: the ordinary numbers are a paper's of that size


def make_counts(ground: Ground) -> None:
    """Count what happened until yesterday."""
    pour(DayCount, ("day", "what", "section", "story", "number"), _counts(ground))


def _counts(ground: Ground) -> Iterator[tuple[Any, ...]]:
    size = max(ground.readers / OF, 0.1)
    for back in range(DAYS, 0, -1):
        day = ground.today - timedelta(days=back)
        for what, ordinary in ORDINARY.items():
            number = max(round(of_day(ordinary, day, back) * size / 3), 1)
            yield day, str(what), "", "", number
            if what in BY_STORY:
                for at, section in enumerate(SECTIONS):
                    yield day, str(what), section, "", max(number * (6 - at) // 21, 1)
                yield from _stories(ground, day, back, str(what), number)


def _stories(
    ground: Ground, day: Any, back: int, what: str, number: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the day's numbers of the stories that were new then; few of them sell anything."""
    a_day = ground.stories / SPAN
    newest, oldest = int((back - 1) * a_day), int((back - 1 + NEW_FOR) * a_day) + 1
    often = 1 if what in (What.OPENED, What.WALL, What.READERS) else 10
    for story in range(newest, min(oldest, ground.stories)):
        if mixed(story) % often == 0:
            share = max(number // (story - newest + 2) // 4, 1)
            yield day, what, "", ground.key(story), share
