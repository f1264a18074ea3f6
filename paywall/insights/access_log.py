"""Counting the strangers whom a shared cache served, from the cache's access log.

A page that the cache gave never reached us. Its log costs a reader nothing and needs no script, no
cookie and no request of its own, as a beacon would; and it is there where scripts are blocked. The
lines of what did reach us (MISS, BYPASS, EXPIRED) are left out: the site counted those itself.

nginx writes what is read here, without anybody's address, with

    log_format counting escape=json '{"at":"$time_iso8601","method":"$request_method",'
        '"path":"$uri","status":"$status","cache":"$upstream_cache_status",'
        '"outcome":"$sent_http_paywall_outcome","agent":"$http_user_agent",'
        '"purpose":"$http_sec_purpose"}';
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, cast

from django.db import transaction

from paywall.catalog.story import Access, Story
from paywall.insights import counting
from paywall.insights.crawlers import is_crawler
from paywall.insights.models import CountedLog, CountedStory
from paywall.insights.tally import Taken

FROM_THE_CACHE = frozenset({"HIT", "STALE", "UPDATING", "REVALIDATED"})
OPENING = frozenset({"free"})  # of what a shared cache keeps
MOST_LINES = 50_000  # of one transaction


@dataclass(frozen=True, slots=True)
class Served:
    """A story's page that the cache gave to somebody."""

    at: datetime
    path: str
    outcome: str


def count_log(path: Path, *, now: datetime) -> int:
    """Count what is new in a log and return how many pages that were.

    It may grow, be renamed and be compressed: it goes on where the last count ended, which is
    noted in the transaction that counts. Raises OSError, and ValueError for what is no such log.
    """
    pages = 0
    with _opened(path) as file:
        first_line = file.readline()
        if not first_line.endswith(b"\n"):
            return 0
        if not _is_entry(first_line):
            raise ValueError(f"{path} has no JSON in its first line: see the log_format in README.")
        name = hashlib.sha256(first_line).hexdigest()
        CountedLog.objects.get_or_create(
            first_line=name, defaults={"name": str(path)[:500], "counted_at": now}
        )
        while True:
            with transaction.atomic():
                log = CountedLog.objects.select_for_update().get(first_line=name)
                file.seek(log.position)
                taken, position = _gather(file, log.position)
                if position == log.position:
                    return pages
                counting.write_down(taken)
                log.position, log.counted_at, log.name = position, now, str(path)[:500]
                log.save()
            pages += taken.visits.total()


def served(line: bytes) -> Served | None:
    """Read a line; None for what is no story that the cache gave to a person."""
    try:
        entry = json.loads(line)
        at = datetime.fromisoformat(entry["at"])
    except (ValueError, KeyError, TypeError):
        return None
    given = entry.get("cache") in FROM_THE_CACHE and entry.get("status") == "200"
    outcome = str(entry.get("outcome") or "")
    if not given or not outcome or entry.get("method") != "GET" or at.utcoffset() is None:
        return None
    if entry.get("purpose") or is_crawler(str(entry.get("agent") or "")):
        return None
    return Served(at, str(entry.get("path") or ""), outcome)


def _gather(file: IO[bytes], position: int) -> tuple[Taken, int]:
    """Read on, and return what is in the lines that are whole, and where they end."""
    pages: Counter[tuple[date, str, str]] = Counter()
    for line in _whole_lines(file):
        position += len(line)
        if page := served(line):
            pages[counting.day_of(page.at), page.outcome, page.path] += 1
    paths = {path for _, _, path in pages}
    stories = {
        row.address: Story(row.key, Access.METERED, row.section, row.title, row.address)
        for row in CountedStory.objects.filter(address__in=paths)
    }
    taken = Taken()
    for (day, outcome, path), number in pages.items():
        if story := stories.get(path):  # each was asked of us before the cache had it
            taken.visits[day, outcome, outcome in OPENING, story.key] += number
            taken.stories[story.key] = story
    return taken, position


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    for _ in range(MOST_LINES):
        line = file.readline()
        if not line.endswith(b"\n"):
            return
        yield line


def _is_entry(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
