"""Counting what happened: gathered in the process, written once, exact."""

from collections import Counter
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from paywall import clock, tasks
from paywall.catalog.story import Access, Story
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.insights import counting, keeping, where
from paywall.insights.happenings import What, reached
from paywall.insights.models import CountedReader, CountedStory, DayCount, PrintReaderDay, Seen
from paywall.insights.tally import Tally
from tests.making import make_reader

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, DECEMBER = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)
STORY = Story("article-1", Access.METERED, "news", "The bridge", "/stories/the-bridge/")
OTHER = Story("article-2", Access.FREE, "sport", "The match", "/stories/the-match/")


def number(what: str, *, day: date | None = None, section: str = "", story: str = "") -> int:
    rows = DayCount.objects.filter(what=what, section=section, story=story)
    return sum((rows.filter(day=day) if day else rows).values_list("number", flat=True))


def opened(story: Story = STORY, *, day: date = MONDAY, reader: int | None = None) -> None:
    counting.tally.visit(day, "metered", opens=True, story=story, reader=reader)


def met_a_wall(day: date = MONDAY, reader: int | None = None) -> None:
    counting.tally.visit(day, "sign_in", opens=False, story=STORY, reader=reader)


def test_each_is_counted_for_the_paper_the_section_and_the_story() -> None:
    opened()
    opened()
    opened(OTHER)
    met_a_wall()
    assert counting.write() == 4
    assert number(What.OPENED) == number("metered") == 3
    assert number(What.OPENED, section="news") == number(What.OPENED, story="article-1") == 2
    assert number(What.OPENED, section="sport") == 1
    assert number(What.WALL) == number("sign_in") == number(What.WALL, story="article-1") == 1
    assert set(CountedStory.objects.values_list("title", flat=True)) == {"The bridge", "The match"}


def test_what_was_written_is_added_to_and_not_written_again() -> None:
    for _ in range(2):
        opened()
        counting.write()
    assert counting.write() == 0
    assert number(What.OPENED) == 2


def test_a_story_goes_by_its_newest_title() -> None:
    opened()
    counting.write()
    opened(Story("article-1", Access.METERED, "news", "The bridge is shut", "/stories/the-bridge/"))
    counting.write()
    assert CountedStory.objects.get().title == "The bridge is shut"


def test_a_reader_counts_once_a_day_and_once_a_month() -> None:
    one, two = make_reader().pk, make_reader().pk
    for day, reader in [(MONDAY, one), (MONDAY, one), (MONDAY, two), (TUESDAY, one)]:
        opened(day=day, reader=reader)
        counting.write()
    opened(day=DECEMBER, reader=one)
    opened(day=DECEMBER, reader=one)
    counting.write()
    assert [number(What.READERS, day=day) for day in (MONDAY, TUESDAY, DECEMBER)] == [2, 1, 1]
    assert number(What.NEW_IN_MONTH, day=MONDAY) == 2
    assert number(What.NEW_IN_MONTH, day=TUESDAY) == 1  # another month
    assert number(What.NEW_IN_MONTH, day=DECEMBER) == 0
    assert Seen.objects.count() == 4


def test_a_reader_at_the_wall_counts_once_a_month() -> None:
    reader = make_reader().pk
    for day in (MONDAY, TUESDAY, DECEMBER):
        met_a_wall(day, reader)
    counting.write()
    assert number(What.WALLED_IN_MONTH) == 2
    assert number(What.READERS) == 0


def test_how_far_a_reader_came_counts_once_a_month_though_stories_are_given_back() -> None:
    one, two = make_reader().pk, make_reader().pk
    for day, reader, stories in [
        (MONDAY, one, 1), (MONDAY, one, 2), (MONDAY, two, 1),
        (MONDAY, one, 1), (MONDAY, one, 2), (MONDAY, one, 3),  # both were given back
        (TUESDAY, one, 1), (DECEMBER, one, 1),
    ]:  # fmt: skip
        opened(day=day, reader=reader)
        counting.tally.came_so_far(day, reached(stories), reader)
        counting.write()
    assert [number(reached(stories), day=MONDAY) for stories in (1, 2, 3, 4)] == [2, 1, 1, 0]
    assert number(reached(1), day=TUESDAY) == 1  # another month
    assert number(reached(1), day=DECEMBER) == 0


def test_readers_of_a_story_and_a_section_count_once_a_day_each() -> None:
    third = Story("article-3", Access.FREE, "news", "The ferry", "/stories/the-ferry/")
    one, two = make_reader().pk, make_reader().pk
    for day, story, reader in [
        (MONDAY, STORY, one), (MONDAY, STORY, one), (MONDAY, third, one), (MONDAY, OTHER, one),
        (MONDAY, STORY, two), (TUESDAY, STORY, one), (MONDAY, STORY, None),
    ]:  # fmt: skip
        opened(story, day=day, reader=reader)
        counting.write()
    assert number(What.READERS, day=MONDAY) == 2
    assert number(What.READERS, day=MONDAY, story="article-1") == 2
    assert number(What.READERS, day=MONDAY, story="article-3") == 1
    assert number(What.READERS, day=MONDAY, section="news") == 2  # not three
    assert number(What.READERS, day=MONDAY, section="sport") == 1
    assert number(What.READERS, day=TUESDAY, section="news") == 1
    assert where.forget(before=TUESDAY) == 7
    assert number(What.READERS, section="news") == 3


def test_nothing_connects_what_a_reader_read_on_two_days() -> None:
    reader = make_reader().pk
    for day in (MONDAY, TUESDAY):
        opened(day=day, reader=reader)
    counting.write()
    marks = CountedReader.objects.values_list("mark", flat=True)
    assert len(set(marks)) == len(marks) == 4


def test_the_night_after_forgets_who_was_counted(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "America/New_York"
    for day in (MONDAY, TUESDAY):
        opened(day=day, reader=make_reader().pk)
    counting.write()
    night = datetime(2026, 12, 1, 8, 20, tzinfo=UTC)  # 3:20 on Tuesday there
    monkeypatch.setattr(clock, "now", lambda: night)
    tasks.forget_old_reads()
    assert set(CountedReader.objects.values_list("day", flat=True)) == {TUESDAY}


def test_a_reader_deleted_meanwhile_keeps_nothing_from_being_written() -> None:
    gone = make_reader()
    opened(reader=gone.pk)
    gone.delete()
    opened(reader=make_reader().pk)
    counting.write()
    assert (number(What.OPENED), number(What.READERS)) == (2, 1)


def activated(ends_at: datetime | None = None) -> int:
    """Make a reader with a seat on a print account, whose right may have ended."""
    from paywall.circulation.claims import Activation
    from paywall.circulation.models import PrintAccount

    starts_at = datetime(2026, 1, 1, tzinfo=UTC)
    reader = make_reader()
    account = PrintAccount.objects.create(
        number=f"{reader.pk}", number_key=f"{reader.pk}", first_seen_at=starts_at,
        last_seen_at=starts_at, publication="Gazette",
    )  # fmt: skip
    right = granting.give(reader, Source.PRINT, starts_at=starts_at, ends_at=ends_at)
    Activation.objects.create(
        account=account, reader=reader, proof="number", claimed_at=starts_at, entitlement=right
    )
    return reader.pk


def test_there_is_one_row_for_an_activated_print_reader_and_day() -> None:
    reader, ended = activated(), activated(ends_at=datetime(2026, 11, 1, tzinfo=UTC))
    for _ in range(2):
        opened(reader=reader)
        opened(reader=ended)
        opened(reader=make_reader().pk)
        counting.write()
    opened(day=TUESDAY, reader=reader)
    counting.write()
    rows = PrintReaderDay.objects.order_by("day").values_list("day", "reader", "publication")
    assert list(rows) == [(MONDAY, reader, "Gazette"), (TUESDAY, reader, "Gazette")]
    assert number(What.PRINT_READERS) == 2


def test_the_row_outlives_the_reader_without_a_name() -> None:
    from accounts.models import Reader

    reader = activated()
    opened(reader=reader)
    counting.write()
    Reader.objects.get(pk=reader).delete()
    row = PrintReaderDay.objects.get()
    assert (row.day, row.reader_id) == (MONDAY, None)


def test_what_cannot_be_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    with monkeypatch.context() as patch:
        patch.setattr(counting, "add", broken)
        with pytest.raises(DatabaseError):
            counting.write()
        assert number(What.OPENED) == 0
    opened()
    counting.write()
    assert number(What.OPENED) == 2


def broken(*_: object) -> None:
    raise DatabaseError("The disk is full.")


def test_a_minutes_counts_are_few_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = make_reader().pk
    for _ in range(300):
        opened(reader=reader)
        met_a_wall()
    # The transaction's two, the story twice, the reader, all marks of the month and of the day,
    # those of where, print once, the counts.
    with django_assert_num_queries(9):
        counting.write()


def test_what_is_rare_is_counted_once_it_is_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "America/New_York"
    opened()
    counting.write()
    late = datetime(2026, 12, 1, 3, 30, tzinfo=UTC)  # still Monday there
    with django_capture_on_commit_callbacks(execute=True):
        counting.count(What.SIGNED_UP, at=late, story="article-1")
        counting.credit(What.PRINT_ACTIVATED, at=late, story="article-1")
        assert number(What.SIGNED_UP) == 0
    assert number(What.SIGNED_UP, day=MONDAY) == number(What.SIGNED_UP, section="news") == 1
    assert number(What.SIGNED_UP, story="article-1") == 1
    assert number(What.PRINT_ACTIVATED) == 0
    assert number(What.PRINT_ACTIVATED, story="article-1") == 1


def test_when_readers_came_is_forgotten_and_the_counts_stay() -> None:
    opened(reader=make_reader().pk)
    counting.write()
    assert counting.forget(before=MONDAY.replace(day=1)) == 0
    assert counting.forget(before=DECEMBER) == 2
    assert number(What.READERS) == 1


def test_no_count_is_lost_between_threads_and_whoever_writes() -> None:
    """As many are taken as were counted, however the taking falls between the threads."""
    tally, taken = Tally(), Counter[str]()

    def visit() -> None:
        for _ in range(2000):
            tally.visit(MONDAY, "free", opens=True, story=OTHER, reader=None)
            tally.event(MONDAY, "print_not_found")

    threads = [Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        now = tally.take()
        taken.update(visits=now.visits.total(), events=now.events.total())
    now = tally.take()
    taken.update(visits=now.visits.total(), events=now.events.total())
    assert taken == {"visits": 8000, "events": 8000}


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_by_itself_and_goes_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []
    ends = None

    def write() -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            raise DatabaseError("It is away.")
        if len(tries) == 2:
            raise ValueError("A fault of ours.")
        assert ends
        ends.set()
        return 0

    monkeypatch.setattr(counting, "write", write)
    ends = keeping.begin(every=0.001)
    assert ends.wait(20)
    assert len(tries) == 3
