"""What is remembered of a reader may be lost or wrong, and still opens no story too many."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import facts, gatekeeper
from paywall.gate.facts import ReaderFacts, of_reader, of_reader_now
from paywall.metering.models import MeteredRead
from paywall.metering.opening import Opening, open_story
from paywall.periods import Period
from tests.gate.visiting import NOW, make_stories, make_story, outcome, outcomes, sign_in
from tests.making import make_reader, make_section
from tests.metering.meters import DECEMBER, NOVEMBER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def browser(reader: Reader) -> Client:
    return sign_in(reader)


def known_of(reader: Reader) -> ReaderFacts:
    reader.refresh_from_db()
    return of_reader(reader, period=NOVEMBER, now=NOW)


def remember_instead(monkeypatch: pytest.MonkeyPatch, wrong: ReaderFacts) -> None:
    """Have the memory say this whenever it is asked, however often it is told otherwise."""

    def of_reader_wrongly(reader: Reader, *, period: Period, now: datetime) -> ReaderFacts:
        return wrong

    monkeypatch.setattr(facts, "of_reader", of_reader_wrongly)


def test_what_is_remembered_is_what_the_database_says(reader: Reader, browser: Client) -> None:
    granting.give(reader, Source.COURTESY, starts_at=NOW, sections=[make_story().section])
    outcomes(browser, [make_story(section="sport") for _ in range(3)])
    first = known_of(reader)
    assert first == known_of(reader) == of_reader_now(reader, period=NOVEMBER, now=NOW)
    assert (first.meter.used, len(first.meter.reads), len(first.scopes)) == (3, 3, 1)


@pytest.fixture
def committing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what waits for the commit, which a test's own transaction never comes to."""
    monkeypatch.setattr(transaction, "on_commit", lambda call: call())


@pytest.mark.usefixtures("committing")
def test_what_is_carried_on_after_an_opening_is_what_the_database_says(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    granting.give(reader, Source.COURTESY, starts_at=NOW, sections=[make_story().section])
    stories = [make_story(section="sport") for _ in range(3)]
    asked = outcome(browser, stories[0])
    with monkeypatch.context() as unasked:
        unasked.setattr(facts, "of_reader_now", None)
        assert [asked, *outcomes(browser, stories[1:])] == ["metered"] * 3
        carried_on = known_of(reader)
    assert carried_on == of_reader_now(reader, period=NOVEMBER, now=NOW)
    assert (carried_on.meter.used, len(carried_on.scopes)) == (3, 1)


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize("change", ["a right", "another opening", "both"])
def test_nothing_is_carried_on_over_a_change_made_meanwhile(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    stories = make_stories(3)
    outcome(browser, stories[0])
    known_of(reader)

    def open_late(*args: Any, **kwargs: Any) -> tuple[Opening, Mapping[int, int]]:
        monkeypatch.setattr(gatekeeper, "open_story", open_story)
        if change != "another opening":
            granting.give(reader, Source.COURTESY, starts_at=NOW, sections=[make_section("sport")])
        if change != "a right":
            assert outcome(sign_in(reader), stories[1]) == "metered"
        return open_story(*args, **kwargs)

    monkeypatch.setattr(gatekeeper, "open_story", open_late)
    assert outcome(browser, stories[2]) == "metered"
    assert known_of(reader) == of_reader_now(reader, period=NOVEMBER, now=NOW)


def test_an_opening_that_is_not_committed_is_not_carried_on(
    reader: Reader, browser: Client
) -> None:
    stories = make_stories(2)
    outcome(browser, stories[0])
    before = known_of(reader)
    with transaction.atomic():
        assert outcome(browser, stories[1]) == "metered"
        transaction.set_rollback(True)
    granting.give(reader, Source.COURTESY, starts_at=NOW)  # the version that was taken back
    known = known_of(reader)
    assert known.meter == before.meter
    assert len(known.scopes) == 1


def test_a_wiped_memory_changes_no_answer(browser: Client) -> None:
    stories = make_stories(9)
    seen = []
    for story in stories:
        facts.clear()
        seen.append(outcome(browser, story))
    assert seen == ["metered"] * 7 + ["meter_spent"] * 2
    facts.clear()
    assert outcomes(browser, stories) == ["read_before"] * 7 + ["meter_spent"] * 2


def test_what_a_month_ago_was_remembered_is_not_this_months(reader: Reader) -> None:
    november = known_of(reader)
    december = of_reader(reader, period=DECEMBER, now=NOW)
    assert november.meter.period != december.meter.period


def test_facts_from_before_a_change_are_never_looked_at_again(
    reader: Reader, browser: Client
) -> None:
    before = known_of(reader)
    old_version = reader.access_version
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "entitled"
    granting.withdraw(given, at=NOW)
    assert outcome(browser, story) == "subscribers_only"
    reader.refresh_from_db()
    assert reader.access_version == old_version + 2
    assert known_of(reader).scopes == before.scopes == ()


def test_a_request_that_began_before_a_change_leaves_nothing_that_outlives_it(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It remembers under the version it began with, which nobody asks for any more."""
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    story = make_story(access="subscribers")
    early = Reader.objects.get(pk=reader.pk)
    known = of_reader_now(early, period=NOVEMBER, now=NOW)
    granting.withdraw(given, at=NOW)
    with monkeypatch.context() as slow:
        slow.setattr(facts, "of_reader_now", lambda *_args, **_kwargs: known)
        assert of_reader(early, period=NOVEMBER, now=NOW).scopes
    assert outcome(browser, story) == "subscribers_only"


def test_a_memory_that_knows_of_no_reads_opens_no_eighth(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = known_of(reader)
    stories = make_stories(12)
    outcomes(browser, stories[:7])
    remember_instead(monkeypatch, empty)
    assert outcomes(browser, stories) == ["read_before"] * 7 + ["meter_spent"] * 5
    assert MeteredRead.objects.count() == 7


def test_a_memory_of_another_month_opens_no_eighth(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = make_stories(9)
    outcomes(browser, stories[:7])
    known = known_of(reader)
    for period in (Period(NOVEMBER.starts_date.replace(year=2020)), NOVEMBER):
        elsewhere = replace(known.meter, period=period, used=0, reads=frozenset())
        remember_instead(monkeypatch, replace(known, meter=elsewhere))
        assert outcomes(browser, stories[7:]) == ["meter_spent"] * 2


@pytest.mark.parametrize("meter_id", [None, 0, 10**9], ids=["none", "zero", "merged away"])
def test_a_memory_of_no_meter_or_a_wrong_one_opens_no_eighth(
    reader: Reader, browser: Client, monkeypatch: pytest.MonkeyPatch, meter_id: int | None
) -> None:
    stories = make_stories(9)
    assert outcome(browser, stories[0]) == "metered"
    known = known_of(reader)
    empty = replace(known.meter, meter_id=meter_id, used=0, reads=frozenset())
    remember_instead(monkeypatch, replace(known, meter=empty))
    assert outcomes(browser, stories[1:]) == ["metered"] * 6 + ["meter_spent"] * 2
    assert MeteredRead.objects.count() == 7


def test_two_readers_never_share_a_memory(reader: Reader, browser: Client) -> None:
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "entitled"
    other = make_reader()
    Reader.objects.filter(pk=other.pk).update(access_version=reader.access_version)
    assert outcome(sign_in(other), story) == "subscribers_only"


def test_a_new_database_behind_an_old_memory_gives_nobody_somebody_elses_rights(
    reader: Reader, browser: Client
) -> None:
    """The numbers begin again, as after a restore or a fresh demonstration."""
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "entitled"
    reader.refresh_from_db()
    number, version = reader.pk, reader.access_version
    reader.delete()
    newcomer = make_reader(pk=number, access_version=version)
    assert outcome(sign_in(newcomer), story) == "subscribers_only"
