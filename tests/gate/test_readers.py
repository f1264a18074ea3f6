"""What somebody with a free account may read."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Reader
from articles.models import Article
from paywall.metering import rules
from paywall.metering.models import Meter, MeteredRead, MeterRule
from tests.gate.visiting import (
    NOW,
    Clock,
    make_stories,
    make_story,
    outcome,
    outcomes,
    remaining,
    set_rule,
    sign_in,
    visit,
)
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def browser(reader: Reader) -> Client:
    return sign_in(reader)


def test_seven_stories_open_and_no_eighth(browser: Client) -> None:
    stories = make_stories(9)
    assert outcomes(browser, stories) == ["metered"] * 7 + ["meter_spent"] * 2


def test_the_page_counts_down(browser: Client) -> None:
    stories = make_stories(8)
    assert [remaining(browser, story) for story in stories] == [6, 5, 4, 3, 2, 1, 0, 0]


def test_reading_again_costs_nothing_even_when_all_is_spent(browser: Client) -> None:
    stories = make_stories(8)
    assert outcome(browser, stories[0]) == "metered"
    assert outcomes(browser, [stories[0]] * 3) == ["read_before"] * 3
    assert remaining(browser, stories[0]) == 6
    assert outcomes(browser, stories)[-1] == "meter_spent"
    assert outcomes(browser, stories[:7]) == ["read_before"] * 7
    assert MeteredRead.objects.count() == 7


def test_free_stories_cost_nothing(browser: Client) -> None:
    free = [make_story(access="free") for _ in range(8)]
    assert outcomes(browser, free) == ["free"] * 8
    assert not MeteredRead.objects.exists()


def test_what_is_for_subscribers_costs_nothing_and_stays_closed(browser: Client) -> None:
    story = make_story(access="subscribers")
    response = visit(browser, story)
    assert response["Paywall-Outcome"] == "subscribers_only"
    assert response["Paywall-Remaining"] == "7"
    assert not MeteredRead.objects.exists()


def test_three_devices_are_one_meter(reader: Reader) -> None:
    devices = [sign_in(reader) for _ in range(3)]
    stories = make_stories(8)
    seen = [outcome(devices[place % 3], story) for place, story in enumerate(stories)]
    assert seen == ["metered"] * 7 + ["meter_spent"]
    assert outcome(devices[2], stories[0]) == "read_before"


def test_two_readers_are_two_meters(browser: Client) -> None:
    stories = make_stories(7)
    outcomes(browser, stories)
    assert outcomes(sign_in(make_reader()), stories) == ["metered"] * 7


def test_accounts_of_one_mailbox_see_each_others_stories_at_once() -> None:
    one, other = (sign_in(make_reader(f"ann{tag}@example.com")) for tag in ("", "+second"))
    stories = make_stories(9)
    outcomes(one, stories[:3])
    assert outcomes(other, stories[:2]) == ["read_before"] * 2  # and remembers that
    assert outcome(one, stories[3]) == "metered"
    assert outcome(other, stories[3]) == "read_before"
    assert remaining(other, stories[0]) == 3
    assert outcomes(other, stories[4:8]) == ["metered"] * 3 + ["meter_spent"]
    assert outcome(one, stories[8]) == "meter_spent"
    assert outcome(one, stories[5]) == "read_before"


def test_merging_is_seen_at_once_by_everybody_it_concerns() -> None:
    ann, ben = make_reader("ann@example.com"), make_reader("ben@example.com")
    browsers = [sign_in(ann), sign_in(ben)]
    stories = make_stories(9)
    outcomes(browsers[0], stories[:4])
    outcomes(browsers[1], stories[4:8])
    assert outcome(browsers[0], stories[0]) == "read_before"
    ben.email = "ann+ben@example.com"
    ben.save()
    sign_in(ben)
    assert outcome(browsers[0], stories[5]) == "read_before"
    assert outcome(browsers[1], stories[1]) == "read_before"
    assert outcome(browsers[0], stories[8]) == "meter_spent"
    assert outcome(browsers[1], stories[8]) == "meter_spent"
    assert Meter.objects.count() == 1


def test_deleting_the_account_and_signing_up_again_gives_nothing_back(reader: Reader) -> None:
    stories = make_stories(8)
    outcomes(sign_in(reader), stories[:7])
    email = reader.email
    reader.delete()
    again = sign_in(make_reader(email.replace("@", "+again@")))
    assert outcome(again, stories[7]) == "meter_spent"
    assert outcome(again, stories[0]) == "read_before"


def test_a_changed_address_keeps_the_meter(reader: Reader, browser: Client) -> None:
    stories = make_stories(8)
    outcomes(browser, stories[:7])
    Reader.objects.filter(pk=reader.pk).update(email="moved@example.com")
    reader.refresh_from_db()
    assert outcome(browser, stories[7]) == "meter_spent"
    assert outcome(sign_in(reader), stories[7]) == "meter_spent"


def test_cutting_the_allowance_closes_nothing_that_is_open(browser: Client) -> None:
    stories = make_stories(8)
    outcomes(browser, stories[:5])
    set_rule(readers=2)
    assert outcomes(browser, stories[:5]) == ["read_before"] * 5
    assert outcome(browser, stories[5]) == "meter_spent"
    assert remaining(browser, stories[5]) == 0
    set_rule(readers=6)
    assert outcomes(browser, stories[5:7]) == ["metered", "meter_spent"]


def test_an_allowance_of_nothing_opens_nothing_new(browser: Client) -> None:
    stories = make_stories(2)
    outcome(browser, stories[0])
    set_rule(readers=0)
    assert outcomes(browser, stories) == ["read_before", "meter_spent"]


def test_a_section_has_its_own_allowance_of_the_one_total(browser: Client) -> None:
    set_rule("sport", readers=2)
    set_rule("culture", readers=9)
    news, sport = make_stories(8), [make_story(section="sport") for _ in range(3)]
    culture = [make_story(section="culture") for _ in range(3)]
    assert outcomes(browser, [news[0], sport[0], sport[1]]) == ["metered", "metered", "meter_spent"]
    assert outcomes(browser, news[1:7]) == ["metered"] * 5 + ["meter_spent"]
    assert outcomes(browser, culture) == ["metered", "metered", "meter_spent"]
    assert outcome(browser, sport[0]) == "read_before"


def test_what_is_left_is_told_by_the_storys_own_rule(browser: Client) -> None:
    set_rule("sport", readers=2)
    assert remaining(browser, make_story(section="sport")) == 1
    assert remaining(browser, make_story()) == 5


def test_a_change_made_in_another_process_is_in_force_within_a_second(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = make_stories(3)
    set_rule(readers=7)
    outcomes(browser, stories[:2])
    MeterRule.objects.filter(section=None).update(allowance=2)  # no signal comes to this process
    a_second_later = SimpleNamespace(monotonic=lambda: time.monotonic() + 1)
    monkeypatch.setattr(rules, "time", a_second_later)
    assert outcome(browser, stories[2]) == "meter_spent"


def test_a_story_that_moves_to_another_section_stays_open(browser: Client) -> None:
    story = make_story()
    assert outcome(browser, story) == "metered"
    story.section = make_story(section="sport").section
    story.slug = "somewhere-else"
    story.save()
    assert outcome(browser, story) == "read_before"


def test_a_story_turned_over_to_subscribers_closes_and_costs_what_it_cost(browser: Client) -> None:
    story = make_story()
    assert outcome(browser, story) == "metered"
    story.access = "subscribers"
    story.save()
    assert outcome(browser, story) == "subscribers_only"
    assert remaining(browser, make_story()) == 5


def test_the_moment_of_reading_is_the_moment_of_the_visit(browser: Client, clock: Clock) -> None:
    clock.move(hours=5)
    outcome(browser, make_story())
    assert MeteredRead.objects.get().opened_at == NOW + timedelta(hours=5)


def test_a_reader_without_any_meter_gets_one(reader: Reader, browser: Client) -> None:
    Meter.objects.all().delete()
    stories = make_stories(8)
    assert outcomes(browser, stories) == ["metered"] * 7 + ["meter_spent"]
    assert Meter.objects.count() == 1
    reader.delete()
    assert outcome(sign_in(make_reader(reader.email)), stories[7]) == "meter_spent"


def test_staff_read_all_and_nothing_is_counted() -> None:
    browser = sign_in(make_reader(is_staff=True))
    stories: list[Article] = [*make_stories(8), make_story(access="subscribers")]
    assert outcomes(browser, stories) == ["previewing"] * 9
    assert not MeteredRead.objects.exists()
