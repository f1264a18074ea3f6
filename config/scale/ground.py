"""How large the newspaper is, and where its rows begin."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from paywall.periods import Period, month_of, months_before

DOMAIN = "scale.example"  # of every address here: no mail can ever reach it
WORDS = (
    "Harbour", "Council", "Bridge", "School", "Market", "Storm", "Team", "Theatre", "Hospital",
    "Railway", "Brewery", "Library", "Budget", "Election", "Festival", "Flood",
)  # fmt: skip
NAMES = (
    "Ashdown", "Brackley", "Copperfen", "Dunmarsh", "Eelwright", "Fairquay", "Gullrey", "Harborne",
    "Ironmere", "Kittiwake", "Lanternby", "Netherby", "Pebbleham", "Reedman", "Tidewell", "Weir",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What all parts go by; `first_reader` and `first_story` are the ids of the first ones."""

    readers: int
    stories: int
    first_reader: int
    first_story: int
    now: datetime
    zone: ZoneInfo

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def months(self) -> list[Period]:
        """This month, and those before it."""
        month = month_of(self.now, self.zone)
        return [months_before(month, back) for back in range(4)]

    def ago(self, *, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def in_month(self, back: int, number: int) -> datetime:
        """Return a moment of a month that is over, or of this one until now."""
        starts = self.months[back].starts_date
        begins = datetime(starts.year, starts.month, 1, 1, tzinfo=self.zone)
        length = (27 * 86400) if back else max(int((self.now - begins).total_seconds()), 1)
        return begins + timedelta(seconds=mixed(number) % length)

    def key(self, story: int) -> str:
        return f"article-{self.first_story + story}"


def address(number: int) -> str:
    """Return a reader's address."""
    return f"reader{number:07}@{DOMAIN}"


def headline(story: int) -> str:
    first, second = WORDS[story % 16], WORDS[story // 16 % 16]
    return f"{first} and {second.lower()}: report {story}"


def slug(story: int) -> str:
    return f"scale-{story:07}"


def mixed(number: int) -> int:
    """Return a number that looks like chance and is the same every time (Knuth, 6.4)."""
    return (number * 2654435761) % 4294967296
