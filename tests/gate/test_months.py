"""The month turns at midnight in the newspaper's own zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from paywall.gate import gatekeeper
from paywall.metering.models import Meter
from paywall.metering.opening import Opening, open_story
from tests.gate.visiting import Clock, make_stories, outcome, outcomes, remaining, sign_in
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "first_day"),
    [
        ("UTC", date(2026, 12, 1)),
        ("Pacific/Kiritimati", date(2026, 12, 1)),
        ("Etc/GMT+12", date(2027, 1, 1)),
        ("Europe/Berlin", date(2026, 11, 1)),
        ("Europe/Berlin", date(2026, 4, 1)),
        ("America/New_York", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2028, 3, 1)),
    ],
    ids=[
        "in Greenwich",
        "14 hours ahead",
        "12 hours behind, the year turns",
        "winter time came a week before",
        "summer time came days before",
        "winter time comes two hours later",
        "after a leap day, half an hour off",
    ],
)
def test_the_next_seven_come_at_midnight(
    clock: Clock, settings: LazySettings, zone: str, first_day: date
) -> None:
    settings.TIME_ZONE = zone
    turn = datetime.combine(first_day, time(), ZoneInfo(zone)).astimezone(UTC)
    stories = make_stories(9)
    clock.now = turn
    clock.move(days=-20)
    browser = sign_in(make_reader())
    assert outcomes(browser, stories[:8]) == ["metered"] * 7 + ["meter_spent"]
    clock.now = turn
    clock.move(seconds=-1)
    assert outcome(browser, stories[7]) == "meter_spent"
    assert outcome(browser, stories[0]) == "read_before"
    clock.now = turn
    assert outcome(browser, stories[7]) == "metered"
    assert remaining(browser, stories[7]) == 6


def test_what_was_read_last_month_counts_anew(clock: Clock) -> None:
    browser = sign_in(make_reader())
    stories = make_stories(8)
    outcomes(browser, stories[:7])
    clock.move(days=30)
    assert outcomes(browser, stories) == ["metered"] * 7 + ["meter_spent"]


def test_a_year_without_reading_saves_nothing_up(clock: Clock) -> None:
    browser = sign_in(make_reader())
    stories = make_stories(8)
    outcome(browser, stories[0])
    clock.move(days=360)
    assert outcomes(browser, stories) == ["metered"] * 7 + ["meter_spent"]


def test_a_straggler_from_last_month_counts_in_the_new_one(clock: Clock) -> None:
    """A request read its clock before midnight, and others were faster."""
    browser = sign_in(make_reader())
    stories = make_stories(16)
    clock.now = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    outcomes(browser, stories[:3])
    clock.move(seconds=2)
    outcomes(browser, stories[3:9])
    clock.move(seconds=-2)
    assert outcomes(browser, stories[9:11]) == ["metered", "meter_spent"]
    assert remaining(browser, stories[4]) == 0
    clock.move(seconds=2)
    assert outcome(browser, stories[9]) == "read_before"
    assert outcome(browser, stories[11]) == "meter_spent"
    assert Meter.objects.get().used == 7


def test_a_clock_that_goes_back_a_month_gives_nothing(clock: Clock) -> None:
    browser = sign_in(make_reader())
    stories = make_stories(9)
    outcomes(browser, stories[:7])
    clock.move(days=-40)
    assert outcome(browser, stories[0]) == "read_before"
    assert outcomes(browser, stories[7:]) == ["meter_spent"] * 2
    clock.move(days=40)
    assert outcomes(browser, stories[7:]) == ["meter_spent"] * 2


def test_moving_the_newspaper_to_another_zone_gives_nothing(
    clock: Clock, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"
    clock.now = datetime(2026, 11, 30, 12, tzinfo=UTC)  # December there
    browser = sign_in(make_reader())
    stories = make_stories(9)
    outcomes(browser, stories[:7])
    settings.TIME_ZONE = "Etc/GMT+12"  # and November here
    assert outcomes(browser, [stories[0], stories[7]]) == ["read_before", "meter_spent"]
    clock.move(hours=23)
    assert outcome(browser, stories[7]) == "meter_spent"
    clock.move(hours=2)
    assert outcome(browser, stories[7]) == "meter_spent"  # December was spent in the other zone


def test_the_month_may_turn_between_looking_and_opening(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_reader()
    browser, other = sign_in(reader), sign_in(reader)
    stories = make_stories(10)
    clock.now = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    outcomes(browser, stories[:6])

    def open_late(*args: object, **kwargs: object) -> tuple[Opening, Mapping[int, int]]:
        monkeypatch.setattr(gatekeeper, "open_story", open_story)
        clock.move(seconds=1)
        assert outcomes(other, stories[:7]) == ["metered"] * 7
        return open_story(*args, **kwargs)  # type: ignore[arg-type]  # what was given, as it was

    monkeypatch.setattr(gatekeeper, "open_story", open_late)
    assert outcome(browser, stories[9]) == "meter_spent"
    assert Meter.objects.get().used == 7
