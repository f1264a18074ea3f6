"""A story as its source gives it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

READING = 2  # raised when items are read differently, so that the next import updates them


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture somewhere else; the texts are plain."""

    address: str = ""
    caption: str = ""
    credit: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A story as its source gives it: nothing cleaned, nothing decided.

    `html` is the text from anywhere; with `newlines` an empty line in it ends a paragraph, as in
    WordPress, and its relative links begin with `base`. `summary` is HTML too, the other texts
    are plain; with `only_summary` the source calls `html` one and has no other text. `addresses`
    are the URLs it was found at. `number` counts from 1.
    """

    number: int
    guid: str
    headline: str
    html: str
    newlines: bool = False
    base: str = ""
    addresses: tuple[str, ...] = ()
    summary: str = ""
    only_summary: bool = False
    byline: str = ""
    picture: Picture = Picture()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None

    @property
    def name(self) -> str:
        """Return what a report calls the item."""
        return self.headline or self.guid

    def digest(self, *choices: str) -> str:
        """Return a hash of all that makes the story: the item, and what the operator chose."""
        facts = asdict(self) | {"number": 0, "reading": READING, "choices": choices}
        return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Unread:
    """What stands in the place of an item: it was rejected, or (`skipped`) is no story."""

    number: int
    name: str
    why: str
    skipped: bool = False
