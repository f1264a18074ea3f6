from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paywall.periods import Period, month_of, months_before

ZONES = ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "America/St_Johns"]


@pytest.mark.parametrize(
    ("moment", "zone", "first_day"),
    [
        ("2026-11-30T23:59:59.999999+00:00", "UTC", (2026, 11, 1)),
        ("2026-12-01T00:00:00+00:00", "UTC", (2026, 12, 1)),
        ("2026-12-31T23:59:59+00:00", "UTC", (2026, 12, 1)),
        ("2027-01-01T00:00:00+00:00", "UTC", (2027, 1, 1)),
        ("2028-02-29T23:59:59+00:00", "UTC", (2028, 2, 1)),
        ("2027-03-01T00:00:00+00:00", "UTC", (2027, 3, 1)),
        ("2026-11-30T09:59:59+00:00", "Pacific/Kiritimati", (2026, 11, 1)),
        ("2026-11-30T10:00:00+00:00", "Pacific/Kiritimati", (2026, 12, 1)),
        ("2026-12-01T11:59:59+00:00", "Etc/GMT+12", (2026, 11, 1)),
        ("2026-12-01T12:00:00+00:00", "Etc/GMT+12", (2026, 12, 1)),
        ("2026-12-31T10:00:00+00:00", "Pacific/Kiritimati", (2027, 1, 1)),
        ("2026-10-31T23:00:00+00:00", "Europe/Berlin", (2026, 11, 1)),
        ("2026-10-31T22:59:59+00:00", "Europe/Berlin", (2026, 10, 1)),
        ("2026-03-31T22:00:00+00:00", "Europe/Berlin", (2026, 4, 1)),
        ("2026-03-31T21:59:59+00:00", "Europe/Berlin", (2026, 3, 1)),
        ("2026-11-01T03:59:59+00:00", "America/New_York", (2026, 10, 1)),
        ("2026-11-01T06:30:00+00:00", "America/New_York", (2026, 11, 1)),
        ("2026-12-01T00:30:00+14:00", "UTC", (2026, 11, 1)),
        ("2026-11-30T23:30:00-12:00", "UTC", (2026, 12, 1)),
        ("2011-12-30T10:30:00+00:00", "Pacific/Apia", (2011, 12, 1)),
    ],
    ids=[
        "the last moment of a month",
        "the first of the next",
        "the last of a year",
        "the first of the next year",
        "a leap day",
        "no leap day",
        "14 hours ahead, a second before",
        "14 hours ahead, midnight",
        "12 hours behind, a second before",
        "12 hours behind, midnight",
        "14 hours ahead, the year turns",
        "winter time came in the last week",
        "winter time, a second before",
        "summer time came in the last week",
        "summer time, a second before",
        "clocks change on the first itself, before midnight",
        "clocks change on the first itself, the doubled hour",
        "a moment told from far ahead",
        "a moment told from far behind",
        "a zone that skipped a whole day",
    ],
)
def test_a_month_is_told_by_the_newspapers_clocks(
    moment: str, zone: str, first_day: tuple[int, int, int]
) -> None:
    assert month_of(datetime.fromisoformat(moment), ZoneInfo(zone)) == Period(date(*first_day))


class _Undecided(tzinfo):
    """A zone that does not say how far it is from UTC, which makes a moment naive."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, moment: datetime | None) -> str | None:
        return None


@pytest.mark.parametrize("zone", [None, _Undecided()], ids=["no zone", "a zone without an offset"])
def test_a_naive_moment_belongs_to_no_month(zone: tzinfo | None) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        month_of(datetime(2026, 11, 14, 12, tzinfo=zone), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_a_month_ends_with_the_first_day_of_the_next(starts: date, ends: date) -> None:
    assert Period(starts).ends_date == ends


@pytest.mark.parametrize(
    ("months", "first_day"),
    [
        (0, date(2026, 3, 1)),
        (1, date(2026, 2, 1)),
        (2, date(2026, 1, 1)),
        (3, date(2025, 12, 1)),
        (13, date(2025, 2, 1)),
        (26, date(2024, 1, 1)),
        (27, date(2023, 12, 1)),
    ],
)
def test_months_are_counted_back_over_years(months: int, first_day: date) -> None:
    assert months_before(Period(date(2026, 3, 1)), months) == Period(first_day)


def test_months_are_ordered_and_never_change() -> None:
    november, december = Period(date(2026, 11, 1)), Period(date(2026, 12, 1))
    assert max(november, december) == december
    with pytest.raises(FrozenInstanceError):
        november.starts_date = december.starts_date  # type: ignore[misc]  # what must not work


@given(
    moment=st.integers(min_value=0, max_value=4_000_000_000).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
    zone=st.sampled_from([ZoneInfo(name) for name in ZONES]),
    later=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
)
def test_every_moment_is_in_its_own_month_and_months_never_go_back(
    moment: datetime, zone: ZoneInfo, later: timedelta
) -> None:
    month = month_of(moment, zone)
    assert month.starts_date <= moment.astimezone(zone).date() < month.ends_date
    assert month_of(moment.astimezone(timezone(timedelta(hours=-9))), zone) == month
    assert month_of(moment + later, zone) >= month


@pytest.mark.parametrize("name", ZONES)
def test_months_follow_each_other_without_a_gap(name: str) -> None:
    zone = ZoneInfo(name)
    start = datetime(2023, 1, 15, tzinfo=UTC)
    months = {month_of(start + timedelta(days=day), zone) for day in range(6 * 365)}
    assert all(one.ends_date == other.starts_date for one, other in pairwise(sorted(months)))
    assert all(months_before(other, 1) == one for one, other in pairwise(sorted(months)))
