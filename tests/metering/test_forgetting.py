from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from paywall.metering import forgetting
from paywall.metering.forgetting import forget_old_reads, forget_stray_meters
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.metering.opening import Opening, open_story
from paywall.periods import Period, month_of
from tests.making import make_reader
from tests.metering.meters import (
    DECEMBER,
    NOVEMBER,
    broken_counts,
    join,
    join_stranger,
    numbers_read,
    open_one,
    story,
)
from tests.metering.racing import hesitate, race, some_try_breaks

AUCKLAND = ZoneInfo("Pacific/Auckland")

fresh = count(1)


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_reads_are_kept_for_some_months_and_no_longer(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", batch)
    meter = join(make_reader(), period=Period(date(2025, 8, 1)))
    moments = [
        datetime(2025, 8, 31, 11, 59, tzinfo=UTC),
        datetime(2025, 8, 31, 12, 0, tzinfo=UTC),  # 1 September in Auckland
        datetime(2025, 9, 30, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    ]
    for number, moment in enumerate(moments):
        month = month_of(moment, AUCKLAND)
        open_story(meter.pk, story(number), period=month, allowance=7, now=moment)
    assert forget_old_reads(period=NOVEMBER, keep_months=14, zone=AUCKLAND) == 1
    left = MeteredRead.objects.values_list("opened_at", flat=True).order_by("opened_at")
    assert list(left) == moments[1:]
    assert forget_old_reads(period=NOVEMBER, keep_months=14, zone=AUCKLAND) == 0


@pytest.mark.django_db
def test_this_month_is_never_forgotten() -> None:
    meter = join(make_reader())
    open_one(meter, 1)
    assert forget_old_reads(period=NOVEMBER, keep_months=0, zone=ZoneInfo("UTC")) == 0
    assert not broken_counts()


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 5000])
def test_only_what_nobody_can_come_back_to_is_forgotten(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", batch)
    reader, left = make_reader(), make_reader()
    of_reader, of_the_deleted = join(reader), join(left)
    strangers = [join_stranger("last month"), join_stranger("this month", period=DECEMBER)]
    for meter in (of_reader, of_the_deleted, strangers[0]):
        open_one(meter, 1)
    left.delete()
    assert forget_stray_meters(period=NOVEMBER) == 0
    assert forget_stray_meters(period=DECEMBER) == 2
    assert set(Meter.objects.all()) == {of_reader, strangers[1]}
    assert MeterKey.objects.count() == 3
    assert numbers_read(of_reader) == {1}


@pytest.mark.django_db
def test_a_device_is_not_charged_again_when_a_meter_it_was_charged_to_stays() -> None:
    meter = join(make_reader())
    stranger = join_stranger("device")
    open_one(stranger, 1, period=DECEMBER)
    Meter.objects.filter(pk=stranger.pk).update(merged_into=meter)
    forget_stray_meters(period=DECEMBER)
    stranger.refresh_from_db()
    assert stranger.merged_into == meter


def _loses_who_comes_back() -> bool:
    """Forget while people whose account was deleted sign up again and open; tell a loss."""
    kept = MeteredRead.objects.filter(
        period=DECEMBER.starts_date, meter__keys__reader__isnull=False
    )
    before = kept.count()
    emails = [f"back{next(fresh)}@example.com" for _ in range(8)]
    for email in emails:
        reader = make_reader(email)
        open_one(join(reader), 1)
        reader.delete()

    def come_back(email: str) -> Opening:
        return open_one(join(make_reader(email), period=DECEMBER), 2, period=DECEMBER)

    runners: list[Callable[[], object]] = [partial(forget_stray_meters, period=DECEMBER)]
    runners += [partial(come_back, email) for email in emails]
    try:
        answers = race(runners)
    except (DatabaseError, Meter.DoesNotExist):
        return True
    return kept.count() != before + answers.count(Opening.OPENED)


@pytest.fixture
def forgetting_slowly(monkeypatch: pytest.MonkeyPatch, hesitation: None) -> None:
    delete = QuerySet.delete

    def delete_later(rows: QuerySet[Meter]) -> tuple[int, dict[str, int]]:
        hesitate(0.03)
        return delete(rows)

    monkeypatch.setattr(QuerySet, "delete", delete_later)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("forgetting_slowly")
def test_who_comes_back_while_strays_are_forgotten_keeps_the_meter() -> None:
    for _ in range(3):
        assert not _loses_who_comes_back()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("forgetting_slowly")
def test_control_forgetting_what_was_listed_before_loses_readers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def in_batches(rows: QuerySet[Meter]) -> int:
        ids = list(rows.values_list("pk", flat=True))
        return rows.model.objects.filter(pk__in=ids).delete()[0]

    monkeypatch.setattr(forgetting, "_in_batches", in_batches)
    assert some_try_breaks(_loses_who_comes_back)
