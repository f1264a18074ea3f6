"""How many readers came to each section and story of a day, each reader once.

Whether somebody was counted is kept under a keyed hash of the day, the reader and the place, and
deleted in the night after that day, of erased readers too. Until then only somebody with both the
database and its key could work out who it was; from one day to another nothing connects them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db import connection

from paywall.catalog.story import Story
from paywall.insights.happenings import What
from paywall.insights.models import CountedReader

BATCH = 500  # rows of one statement
MARK = """
    INSERT INTO paywall_countedreader (day, mark) VALUES {rows}
    ON CONFLICT (day, mark) DO NOTHING RETURNING mark
"""


def count(
    day: date, opened: Mapping[str, Iterable[int]], stories: Mapping[str, Story]
) -> Counter[tuple[date, str, str, str]]:
    """Mark who opened which stories; return what that adds, by day, what, section and story."""
    places: dict[int, tuple[str, str]] = {}
    for key, readers in opened.items():
        section = stories[key].section
        for reader in readers:
            places[_mark_of(day, reader, "", key)] = "", key
            if section:
                places[_mark_of(day, reader, section, "")] = section, ""
    counts: Counter[tuple[date, str, str, str]] = Counter()
    marks = sorted(places)
    for start in range(0, len(marks), BATCH):
        some = marks[start : start + BATCH]
        with connection.cursor() as cursor:
            cursor.execute(
                MARK.format(rows=", ".join(["(%s, %s)"] * len(some))),
                [value for mark in some
                 for value in (connection.ops.adapt_datefield_value(day), mark)],
            )  # fmt: skip
            for (mark,) in cursor.fetchall():
                counts[day, What.READERS, *places[mark]] += 1
    return counts


def forget(*, before: date) -> int:
    """Forget who was counted on the days before; the counts stay."""
    return CountedReader.objects.filter(day__lt=before).delete()[0]


def _mark_of(day: date, reader: int, section: str, story: str) -> int:
    """Return 63 bits that say which reader and place they are of to nobody without the key."""
    told = f"{day}\n{reader}\n{section}\n{story}".encode()
    digest = hashlib.blake2b(told, digest_size=8, key=_key(settings.MAILBOX_KEY)).digest()
    return int.from_bytes(digest, "big") >> 1


@lru_cache(2)
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"paywall.insights.where:{secret}".encode()).digest()
