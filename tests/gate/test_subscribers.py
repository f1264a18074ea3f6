"""What an entitlement opens, from when until when."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.metering.models import MeteredRead
from tests.gate.visiting import (
    NOW,
    Clock,
    make_stories,
    make_story,
    outcome,
    outcomes,
    sign_in,
    visit,
)
from tests.making import make_reader, make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = timedelta(days=1)


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def browser(reader: Reader) -> Client:
    return sign_in(reader)


def test_a_subscriber_reads_everything_and_nothing_is_counted(
    reader: Reader, browser: Client
) -> None:
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW - DAY)
    stories = [*make_stories(9), make_story(access="subscribers")]
    assert outcomes(browser, stories) == ["entitled"] * 10
    assert "Paywall-Remaining" not in visit(browser, stories[0])
    assert not MeteredRead.objects.exists()


def test_what_is_given_opens_at_once(reader: Reader, browser: Client) -> None:
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "subscribers_only"
    granting.give(reader, Source.PURCHASE, starts_at=NOW)
    assert outcome(browser, story) == "entitled"


def test_what_is_withdrawn_closes_at_once(reader: Reader, browser: Client, clock: Clock) -> None:
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW - DAY)
    story = make_story(access="subscribers")
    assert outcomes(browser, [story, story]) == ["entitled"] * 2
    granting.withdraw(given, at=clock.now)
    assert outcome(browser, story) == "subscribers_only"


def test_a_change_that_is_rolled_back_changes_nothing(reader: Reader, browser: Client) -> None:
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "subscribers_only"
    with transaction.atomic():
        granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
        transaction.set_rollback(True)
    assert outcome(browser, story) == "subscribers_only"


def test_a_courtesy_ends_at_its_end_which_is_exclusive(
    reader: Reader, browser: Client, clock: Clock
) -> None:
    granting.give(reader, Source.COURTESY, starts_at=NOW, ends_at=NOW + DAY)
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "entitled"
    clock.now = NOW + DAY - timedelta(microseconds=1)
    assert outcome(browser, story) == "entitled"
    clock.now = NOW + DAY
    assert outcome(browser, story) == "subscribers_only"


def test_what_begins_later_opens_then_and_not_before(
    reader: Reader, browser: Client, clock: Clock
) -> None:
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW + timedelta(minutes=2))
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "subscribers_only"
    clock.move(minutes=2, microseconds=-1)
    assert outcome(browser, story) == "subscribers_only"
    clock.move(microseconds=1)
    assert outcome(browser, story) == "entitled"


def test_who_was_entitled_has_the_whole_allowance_left(
    reader: Reader, browser: Client, clock: Clock
) -> None:
    granting.give(reader, Source.COURTESY, starts_at=NOW, ends_at=NOW + DAY)
    stories = make_stories(12)
    assert outcomes(browser, stories[:5]) == ["entitled"] * 5
    clock.now = NOW + DAY
    assert outcomes(browser, stories[:8]) == ["metered"] * 7 + ["meter_spent"]


def test_a_package_of_sections_opens_those_and_leaves_the_meter_for_others(
    reader: Reader, browser: Client
) -> None:
    sport, culture = make_section("sport"), make_section("culture")
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[sport, culture])
    assert outcome(browser, make_story(section="sport", access="subscribers")) == "entitled"
    assert outcome(browser, make_story(section="culture")) == "entitled"
    assert outcome(browser, make_story(access="subscribers")) == "not_in_package"
    assert outcomes(browser, make_stories(8)) == ["metered"] * 7 + ["meter_spent"]


def test_a_package_without_any_section_opens_nothing(reader: Reader, browser: Client) -> None:
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[])
    assert outcome(browser, make_story(access="subscribers")) == "not_in_package"


def test_a_package_of_a_section_that_is_gone_opens_nothing(reader: Reader, browser: Client) -> None:
    section = make_section("closed")
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[section])
    section.delete()
    assert outcome(browser, make_story(access="subscribers")) == "not_in_package"


def test_two_rights_open_what_either_opens(reader: Reader, browser: Client, clock: Clock) -> None:
    sport = make_section("sport")
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[sport])
    granting.give(reader, Source.PURCHASE, starts_at=NOW, ends_at=NOW + DAY)
    stories = [make_story(section=name, access="subscribers") for name in ("sport", "news")]
    assert outcomes(browser, stories) == ["entitled"] * 2
    clock.now = NOW + DAY
    assert outcomes(browser, stories) == ["entitled", "not_in_package"]


def test_a_right_is_the_readers_own_and_not_the_mailboxes() -> None:
    subscriber, other = make_reader("ann@example.com"), make_reader("ann+other@example.com")
    granting.give(subscriber, Source.SUBSCRIPTION, starts_at=NOW)
    story = make_story(access="subscribers")
    assert outcome(sign_in(subscriber), story) == "entitled"
    assert outcome(sign_in(other), story) == "subscribers_only"


def test_a_renewal_in_the_middle_of_reading_locks_nobody_out(
    reader: Reader, browser: Client, clock: Clock
) -> None:
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, ends_at=NOW + DAY)
    story = make_story(access="subscribers")
    assert outcome(browser, story) == "entitled"
    granting.extend(given, until=NOW + 31 * DAY)
    clock.now = NOW + 2 * DAY
    assert outcome(browser, story) == "entitled"
