"""Writing down what happened: what a process gathered, once a minute; what is rare, at once.

Each adds to the rows of the others by an UPSERT, in the order of the rows' keys, so that two who
write at once wait for each other, and never in a circle.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Reader
from paywall.catalog.story import Story
from paywall.insights import where
from paywall.insights.happenings import What
from paywall.insights.models import CountedStory, PrintReaderDay, Seen
from paywall.insights.tally import Taken, Tally

Key = tuple[date, str, str, str]  # day, what, section, story
T = TypeVar("T")

BATCH = 500  # rows of one statement
# Written out: bulk_create can replace what is there, and not add to it.
ADD = """
    INSERT INTO paywall_daycount (day, what, section, story, number) VALUES {rows}
    ON CONFLICT (what, section, story, day)
    DO UPDATE SET number = paywall_daycount.number + excluded.number
"""
MARK = """
    INSERT INTO paywall_seen (reader_id, what, day) VALUES {rows}
    ON CONFLICT (reader_id, what) DO UPDATE SET day = excluded.day
    WHERE paywall_seen.day < excluded.day
    RETURNING what
"""

tally = Tally()  # of this process


def day_of(moment: datetime) -> date:
    """Return the newspaper's day of a moment."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def count(what: str, *, at: datetime, story: str = "") -> None:
    """Count something rare, as soon as the transaction that it happens in is committed.

    `story`: the key of the story that the reader came from, which is given the credit. Not before
    the commit: who locks readers or accounts must not wait here for who writes a minute's counts.
    """
    day = day_of(at)
    counts: Counter[Key] = Counter({(day, what, "", ""): 1})
    if story:
        counts.update(_of_story(day, what, story, _section_of(story), 1))
    transaction.on_commit(partial(add, counts), robust=True)


def credit(what: str, *, at: datetime, story: str) -> None:
    """Give a story the credit for what is counted elsewhere."""
    if story:
        counts = _of_story(day_of(at), what, story, _section_of(story), 1)
        transaction.on_commit(partial(add, counts), robust=True)


def write() -> int:
    """Write down what this process gathered; return how many stories and walls that were.

    Raises what the database raises, and then keeps what was gathered.
    """
    taken = tally.take()
    if not taken:
        return 0
    try:
        write_down(taken)
    except Exception:
        tally.put_back(taken)
        raise
    return taken.visits.total()


def write_down(taken: Taken) -> None:
    """Add what was gathered, in one transaction."""
    counts = counts_of(taken)
    with transaction.atomic():
        _name(taken.stories.values())
        # A reader deleted since then counts no more.
        there = _there({*_all(taken.readers), *_all(taken.monthly)})
        for day in sorted({day for day, _ in (*taken.readers, *taken.monthly)}):
            opened = {story: readers & there for (on, story), readers in taken.readers.items()
                      if on == day}  # fmt: skip
            readers = sorted(set().union(*opened.values()))
            for what, number in _mark(_marks_of(taken, day, readers, there)).items():
                counts[day, what, "", ""] += number
            counts[day, What.PRINT_READERS, "", ""] += _write_print_days(readers, day)
            counts.update(where.count(day, opened, taken.stories))
        add(counts)


def forget(*, before: date) -> int:
    """Forget of readers who have not come since then when they came last; the counts stay."""
    return Seen.objects.filter(day__lt=before).delete()[0]


def _marks_of(
    taken: Taken, day: date, readers: Sequence[int], there: set[int]
) -> list[tuple[str, int, date]]:
    """Return for what each reader counts on a day, and the day or month that it counts for."""
    month = day.replace(day=1)
    marks = [(What.READERS.value, reader, day) for reader in readers]
    marks += [(What.NEW_IN_MONTH.value, reader, month) for reader in readers]
    for (on, what), some in taken.monthly.items():
        if on == day:
            marks += [(str(what), reader, month) for reader in some & there]
    return sorted(marks)


def counts_of(taken: Taken) -> Counter[Key]:
    """Return what to add to which rows, but for the readers."""
    counts: Counter[Key] = Counter()
    for (day, outcome, opens, story), number in taken.visits.items():
        what = What.OPENED if opens else What.WALL
        counts[day, what, "", ""] += number
        counts[day, outcome, "", ""] += number
        counts.update(_of_story(day, what, story, taken.stories[story].section, number))
    for (day, name), number in taken.events.items():
        counts[day, name, "", ""] += number
    return counts


def add(counts: Mapping[Key, int]) -> None:
    """Add numbers to the rows that they are of."""
    rows = sorted(
        (str(what), section, story, day, number)
        for (day, what, section, story), number in counts.items()
        if number
    )
    for some in in_batches(rows):
        values: list[Any] = []
        for what, section, story, day, number in some:
            values += [_date(day), what, section, story, number]
        with connection.cursor() as cursor:
            cursor.execute(ADD.format(rows=", ".join(["(%s, %s, %s, %s, %s)"] * len(some))), values)


def in_batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the things, as many at a time as one statement takes."""
    for start in range(0, len(things), BATCH):
        yield things[start : start + BATCH]


def _of_story(day: date, what: str, story: str, section: str, number: int) -> Counter[Key]:
    counts: Counter[Key] = Counter({(day, what, "", story): number})
    if section:
        counts[day, what, section, ""] = number
    return counts


def _section_of(story: str) -> str:
    known = CountedStory.objects.filter(key=story).values_list("section", flat=True)
    return known.first() or ""


def _name(stories: Iterable[Story]) -> None:
    """Keep what the stories are called, where that is new."""
    known = dict(
        CountedStory.objects.filter(key__in=[story.key for story in stories]).values_list(
            "key", "title"
        )
    )
    CountedStory.objects.bulk_create(
        [
            CountedStory(
                key=story.key,
                title=story.title[:300],
                section=story.section,
                address=story.address[:500],
            )
            for story in sorted(stories, key=lambda story: story.key)
            if known.get(story.key) != story.title[:300]
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["title", "section", "address"],
    )


def _all(readers: Mapping[Any, set[int]]) -> set[int]:
    return set().union(*readers.values())


def _there(readers: set[int]) -> set[int]:
    there: set[int] = set()
    for some in in_batches(sorted(readers)):
        there.update(Reader.objects.filter(pk__in=some).values_list("pk", flat=True))
    return there


def _mark(marks: Sequence[tuple[str, int, date]]) -> Counter[str]:
    """Note who was counted for which day; return how many were not before, by what it was."""
    new: Counter[str] = Counter()
    for some in in_batches(marks):
        with connection.cursor() as cursor:
            cursor.execute(
                MARK.format(rows=", ".join(["(%s, %s, %s)"] * len(some))),
                [value for what, reader, day in some for value in (reader, what, _date(day))],
            )
            new.update(what for (what,) in cursor.fetchall())
    return new


def _write_print_days(readers: Sequence[int], day: date) -> int:
    """Write a row for each reader whose printed paper opens stories on this day."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    new = 0
    for some in in_batches(readers):
        activated = (
            Reader.objects.filter(pk__in=some, activations__state="active")
            .filter(
                Q(activations__entitlement__ends_at=None)
                | Q(activations__entitlement__ends_at__gt=begins),
                activations__entitlement__starts_at__lt=ends,
            )
            .values_list("pk", "activations__account", "activations__account__publication")
        )
        theirs = {reader: (account, publication) for reader, account, publication in activated}
        known = PrintReaderDay.objects.filter(day=day, reader__in=list(theirs))
        for reader in known.values_list("reader", flat=True):
            theirs.pop(reader or 0, None)
        PrintReaderDay.objects.bulk_create(
            [
                PrintReaderDay(day=day, reader_id=reader, account_id=account, publication=name)
                for reader, (account, name) in sorted(theirs.items())
            ],
            ignore_conflicts=True,
        )
        new += len(theirs)
    return new


def _date(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)
