"""Walking over many rows in short stretches, so that each transaction is short."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet

BREATH = 0.01  # seconds
_HURRY = "; ".join(
    f"SET LOCAL {name} = off"
    for name in (
        "jit",
        "synchronous_commit",
        "enable_seqscan",
        "enable_hashjoin",
        "enable_mergejoin",
    )
)


def hurry() -> None:
    """Tell PostgreSQL, in each of many short transactions, what it cannot know of them.

    It need not wait until each is on the disk: a crash may lose the last of them, in their order;
    the file is then read again, or its swap goes on from a little earlier. And each looks up a few
    rows in tables of millions: by the indexes, whatever the statistics of a new table say, and
    without compiling the statement first (40 ms), which a scan that is off looks worth.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_HURRY)


def moment() -> str:
    """Return the type that a moment has in a statement of our own."""
    return "timestamp with time zone" if connection.vendor == "postgresql" else "text"


def make_way() -> None:
    """Let others write on SQLite, between two transactions: who waits there only looks at times."""
    if connection.vendor == "sqlite":
        time.sleep(BREATH)


@contextmanager
def room(megabytes: int) -> Iterator[None]:
    """Have a database keep so much of its indexes in memory, or sort so much at once."""
    if connection.vendor == "postgresql":
        begin, end = f"SET work_mem = '{megabytes}MB'", "RESET work_mem"
    else:
        begin, end = f"PRAGMA cache_size = {-1024 * megabytes}", "PRAGMA cache_size = -2000"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute(end)


def spans(rows: "QuerySet[Any]", size: int) -> Iterator[tuple[str, str]]:
    """Yield spans of `number_key`, (after, to], that hold about so many rows each.

    The rows of one number are never divided. The rows should be of one publication.
    """
    last = rows.aggregate(last=Max("number_key"))["last"]
    after = ""
    while last is not None and after < last:
        rest = rows.filter(number_key__gt=after).order_by("number_key")
        ends = rest.values_list("number_key", flat=True)[size - 1 : size]
        if connection.vendor == "postgresql":
            with transaction.atomic():
                hurry()
                to = ends.first() or last
        else:  # a transaction would keep other writers waiting
            to = ends.first() or last
        yield after, to
        after = to


def stretches(rows: "QuerySet[Any]", size: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of keys, (after, to]. One file's rows come one after another."""
    first, last = ends_of(rows)
    for after in range(first - 1, last, size):
        yield after, min(after + size, last)


def ends_of(rows: "QuerySet[Any]") -> tuple[int, int]:
    """Return the first and the last key; 1 and 0 where there are none."""
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    return (1, 0) if ends["last"] is None else (ends["first"], ends["last"])
