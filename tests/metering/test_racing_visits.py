"""Many visits in one moment, from the request to the answer, with their controls."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import Reader
from articles.models import Article
from paywall import clock
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import facts, gatekeeper
from paywall.gate.facts import MeterFacts
from paywall.metering import rules
from paywall.metering.models import Meter, MeteredRead, MeterRule
from paywall.periods import month_of
from tests.gate.visiting import make_stories, outcome, outcomes, set_rule, sign_in
from tests.making import make_reader
from tests.metering.meters import broken_counts
from tests.metering.racing import race, slow_down, some_try_breaks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hesitation")]


UTC_ZONE = ZoneInfo("UTC")
LATER = [clock.now() + timedelta(days=days) for days in (2, 3, 4)]


@pytest.fixture(autouse=True)
def _hesitation_between_looking_and_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch, gatekeeper, "look")


@pytest.fixture
def stories() -> list[Article]:
    return make_stories(40)


def look_at(browser: Client, story: Article) -> str:
    """Visit in a browser of one's own, with the cookies of the given one."""
    own = Client()
    own.cookies = browser.cookies
    return outcome(own, story)


def seen_on_two_devices(stories: list[Article]) -> Counter[str]:
    reader = make_reader()
    devices = [sign_in(reader), sign_in(reader)]
    visits = [partial(look_at, devices[place % 2], story) for place, story in enumerate(stories)]
    return Counter(race(visits))


def test_forty_visits_on_two_devices_open_seven(stories: list[Article]) -> None:
    assert seen_on_two_devices(stories) == {"metered": 7, "meter_spent": 33}
    assert MeteredRead.objects.count() == 7
    assert not broken_counts()


@pytest.mark.usefixtures("counting_carelessly")
def test_control_forty_visits_counted_carelessly_open_more(stories: list[Article]) -> None:
    assert some_try_breaks(lambda: seen_on_two_devices(stories)["metered"] > 7)


def seen_of_one_story(story: Article, *, visits: int) -> tuple[Counter[str], int]:
    """Return what the visits were answered, and what they cost together."""
    browser = sign_in(make_reader())
    seen = Counter(race(partial(look_at, browser, story) for _ in range(visits)))
    return seen, Meter.objects.order_by("-pk")[0].used


def test_sixty_visits_to_one_story_cost_one(stories: list[Article]) -> None:
    seen, cost = seen_of_one_story(stories[0], visits=60)
    assert set(seen) <= {"metered", "read_before"}, seen  # the text came with every answer
    assert cost == 1


@pytest.mark.usefixtures("without_locks")
def test_control_without_the_transaction_one_story_costs_more(stories: list[Article]) -> None:
    assert some_try_breaks(lambda: seen_of_one_story(stories[0], visits=20)[1] > 1)


def remembered_rightly() -> bool:
    """Read on six devices while rights change; tell whether the memory says what is so."""
    reader = make_reader()
    stories = make_stories(6)
    doing: list[Callable[[], object]] = [
        *(partial(look_at, sign_in(reader), story) for story in stories),
        *(partial(granting.give, reader, Source.COURTESY, starts_at=later) for later in LATER),
    ]
    race(doing)
    reader.refresh_from_db()
    known = facts.of_reader(reader, period=month_of(clock.now(), UTC_ZONE), now=clock.now())
    so = facts.of_reader_now(reader, period=known.meter.period, now=clock.now())
    return (known.meter, set(known.scopes)) == (so.meter, set(so.scopes))


def test_what_is_remembered_after_a_race_is_what_the_database_says() -> None:
    assert all(remembered_rightly() for _ in range(5))


def test_control_carried_on_without_looking_at_the_version_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def carry_on_carelessly(
        reader: Reader, meter: MeterFacts, story_key: str, *, version: int
    ) -> None:
        known = facts.of_reader(reader, period=meter.period, now=clock.now())
        opened = replace(meter, used=meter.used + 1, reads=meter.reads | {story_key})
        key = facts._key(reader, version, meter.period)
        facts._facts.set(key, replace(known, meter=opened), asked_at=time.monotonic())

    monkeypatch.setattr(facts, "carry_on", carry_on_carelessly)
    assert some_try_breaks(lambda: not remembered_rightly())


def test_the_last_story_of_the_allowance_opens_for_all_who_ask_for_it(
    stories: list[Article],
) -> None:
    browser = sign_in(make_reader())
    outcomes(browser, stories[:6])
    seen = Counter(race(partial(look_at, browser, stories[6]) for _ in range(30)))
    assert seen == {"metered": 1, "read_before": 29}


def test_strangers_who_share_a_cookie_share_its_allowance(stories: list[Article]) -> None:
    set_rule(strangers=3)
    for _ in range(2):
        browser = Client()
        outcome(browser, stories[0])
        seen = Counter(race(partial(look_at, browser, story) for story in stories[1:21]))
        assert seen == {"metered": 2, "sign_in": 18}
        assert not broken_counts()


def opened_a_second_after_the_cut() -> int:
    """Cut the rule while many read; return how many of three stories open a second later."""
    set_rule(readers=9999)
    browser = sign_in(make_reader())
    stories = make_stories(400)
    fresh = count()
    cut_at: list[float] = []

    def cut() -> None:
        time.sleep(0.3)
        MeterRule.objects.update(allowance=3)  # as another process does: this one is told nothing
        cut_at.append(time.monotonic())

    def read() -> None:
        while not cut_at or time.monotonic() < cut_at[0] + 0.5:
            look_at(browser, stories[next(fresh)])
            time.sleep(0.02)

    race([cut, read, read, read])
    time.sleep(max(cut_at[0] + 1 - time.monotonic(), 0))
    late = outcomes(browser, [stories[next(fresh)] for _ in range(3)])
    assert set(late) <= {"metered", "meter_spent"}
    return late.count("metered")


def test_a_rule_cut_while_many_read_is_in_force_within_a_second() -> None:
    assert opened_a_second_after_the_cut() == 0
    assert not broken_counts()


def test_control_a_rule_remembered_for_longer_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "REMEMBERED_FOR", 60)
    assert some_try_breaks(lambda: opened_a_second_after_the_cut() > 0, tries=3)
