from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Reader
from paywall.metering import opening
from paywall.metering.models import Meter, MeteredRead
from paywall.metering.opening import Opening, open_story
from tests.making import make_reader
from tests.metering.meters import (
    DECEMBER,
    NOVEMBER,
    NOW,
    OCTOBER,
    broken_counts,
    join,
    numbers_read,
    open_one,
    story,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def meter(reader: Reader) -> Meter:
    return join(reader)


def version(reader: Reader) -> int:
    reader.refresh_from_db()
    return reader.access_version


def test_a_story_is_written_down_as_the_reader_saw_it(meter: Meter) -> None:
    assert open_one(meter, 1) is Opening.OPENED
    read = MeteredRead.objects.get(meter=meter)
    assert (read.story_key, read.title, read.address) == ("story-1", "Story 1", "/stories/1/")
    assert (read.period, read.opened_at) == (NOVEMBER.starts_date, NOW)


def test_the_allowance_is_opened_and_not_one_more(meter: Meter) -> None:
    openings = [open_one(meter, number) for number in range(9)]
    assert openings == [Opening.OPENED] * 7 + [Opening.REFUSED] * 2
    assert numbers_read(meter) == set(range(7))
    assert not broken_counts()


def test_a_story_counts_once(meter: Meter) -> None:
    open_one(meter, 1)
    assert open_one(meter, 1) is Opening.READ_BEFORE
    meter.refresh_from_db()
    assert meter.used == 1


def test_an_allowance_of_nothing_touches_nothing(meter: Meter) -> None:
    assert open_one(meter, 1, allowance=0) is Opening.REFUSED
    assert not MeteredRead.objects.exists()


def test_a_smaller_allowance_closes_nothing_and_opens_nothing(meter: Meter) -> None:
    for number in range(5):
        open_one(meter, number)
    assert open_one(meter, 5, allowance=3) is Opening.REFUSED
    assert numbers_read(meter) == set(range(5))


def test_a_larger_allowance_opens_more(meter: Meter) -> None:
    openings = [open_one(meter, number, allowance=7) for number in range(8)]
    assert openings[-1] is Opening.REFUSED
    assert open_one(meter, 8, allowance=9) is Opening.OPENED


def test_a_new_month_begins_with_its_first_story(meter: Meter) -> None:
    for number in range(7):
        open_one(meter, number)
    assert open_one(meter, 0, period=DECEMBER) is Opening.OPENED
    meter.refresh_from_db()
    assert (meter.period, meter.used) == (DECEMBER.starts_date, 1)
    assert numbers_read(meter, NOVEMBER) == set(range(7))


def test_a_month_that_is_over_opens_nothing(meter: Meter) -> None:
    open_one(meter, 1, period=DECEMBER)
    assert open_one(meter, 2, period=NOVEMBER) is Opening.REFUSED
    assert open_one(meter, 2, period=OCTOBER) is Opening.REFUSED
    meter.refresh_from_db()
    assert (meter.period, meter.used) == (DECEMBER.starts_date, 1)
    assert not numbers_read(meter, NOVEMBER)


def test_a_meter_merged_away_opens_nothing(meter: Meter) -> None:
    Meter.objects.all().delete()
    assert open_one(meter, 1) is Opening.REFUSED
    assert not MeteredRead.objects.exists()


def test_long_titles_and_addresses_are_cut(meter: Meter) -> None:
    long = replace(story(1), title="t" * 999, address="/" + "a" * 999)
    open_story(meter.pk, long, period=NOVEMBER, allowance=7, now=NOW)
    read = MeteredRead.objects.get()
    assert (len(read.title), len(read.address)) == (300, 500)


def test_every_reader_of_the_meter_is_asked_about_anew(reader: Reader) -> None:
    other, stranger = make_reader(), make_reader()
    meter = join(reader, other)
    join(stranger)
    before = [version(one) for one in (reader, other, stranger)]
    open_one(meter, 1)
    after = [version(one) for one in (reader, other, stranger)]
    assert after == [before[0] + 1, before[1] + 1, before[2]]


def test_what_does_not_open_leaves_the_memory_alone(meter: Meter, reader: Reader) -> None:
    open_one(meter, 1, allowance=1)
    before = version(reader)
    open_one(meter, 1, allowance=1)
    open_one(meter, 2, allowance=1)
    open_one(meter, 2, allowance=0)
    assert version(reader) == before


def test_the_version_is_raised_in_the_very_transaction(meter: Meter, reader: Reader) -> None:
    before = version(reader)
    with transaction.atomic():
        assert open_one(meter, 1) is Opening.OPENED
        assert version(reader) == before + 1
        transaction.set_rollback(True)
    assert version(reader) == before
    assert not MeteredRead.objects.exists()


def test_a_failure_after_counting_counts_nothing(
    meter: Meter, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_meter_id: int) -> None:
        raise ConnectionError

    before = version(reader)
    monkeypatch.setattr(opening, "_raise_versions", fail)
    with pytest.raises(ConnectionError):
        open_one(meter, 1)
    meter.refresh_from_db()
    assert (meter.used, version(reader)) == (0, before)
    assert not MeteredRead.objects.exists()


def test_the_moment_kept_is_the_one_handed_down(meter: Meter) -> None:
    straggling = NOW - timedelta(days=3)
    open_story(meter.pk, story(1), period=NOVEMBER, allowance=7, now=straggling)
    assert MeteredRead.objects.get().opened_at == straggling
