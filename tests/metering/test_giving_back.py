"""The month's stories given back: seven others open, and those of before stay open."""

from zoneinfo import ZoneInfo

import pytest

from paywall.gate.standing import standing_of
from paywall.metering import joining, keys
from paywall.metering.giving_back import give_back
from paywall.metering.models import Meter, MeterKey, RefusedVisit
from paywall.periods import month_of
from tests.gate.visiting import Clock, make_stories, outcome, outcomes, sign_in
from tests.making import make_reader

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.stopped(monkeypatch)


def test_seven_others_open_and_those_of_before_stay_open(clock: Clock) -> None:
    reader, stories = make_reader(), make_stories(15)
    browser = sign_in(reader)
    assert outcomes(browser, stories[:8]) == ["metered"] * 7 + ["meter_spent"]
    assert give_back(reader, period=month_of(clock.now, UTC)) == 7
    assert standing_of(reader, now=clock.now).remaining == 7
    assert outcomes(browser, stories[:7]) == ["read_before"] * 7
    assert outcomes(browser, stories[7:15]) == ["metered"] * 7 + ["meter_spent"]


def test_merging_meters_takes_nothing_back_that_was_given(clock: Clock) -> None:
    reader, stories = make_reader(), make_stories(3)
    outcomes(sign_in(reader), stories[:2])
    period = month_of(clock.now, UTC)
    give_back(reader, period=period)
    outcome(sign_in(reader), stories[2])
    other = Meter.objects.create(period=period.starts_date)
    other.keys.create(kind="mailbox", value="another")
    merged = joining.join(
        [keys.of_reader(reader), keys.Key(MeterKey.Kind.MAILBOX, "another")], period=period
    )
    assert Meter.objects.get(pk=merged).used == 1


def test_nothing_opened_is_nothing_given(clock: Clock) -> None:
    assert give_back(make_reader(), period=month_of(clock.now, UTC)) == 0


def test_a_story_that_stayed_closed_is_noted_once_a_day(clock: Clock) -> None:
    reader, stories = make_reader(), make_stories(8)
    browser = sign_in(reader)
    outcomes(browser, [*stories, stories[7], stories[7]])
    refused = RefusedVisit.objects.get()
    assert (refused.reader, refused.outcome, refused.title) == (
        reader,
        "meter_spent",
        stories[7].headline,
    )
    clock.move(days=1)
    outcome(browser, stories[7])
    assert RefusedVisit.objects.count() == 2
    browser.head(stories[6].get_absolute_url())
    sign_in(make_reader()).get(stories[7].get_absolute_url(), headers={"Sec-Purpose": "prefetch"})
    assert RefusedVisit.objects.count() == 2, "only somebody reading is refused"
