"""What somebody without an account may read, where a rule gives strangers an allowance."""

import pytest
from django.test import Client
from django.urls import reverse

from paywall.gate.visitor import COOKIE
from paywall.metering.models import Meter, MeteredRead, MeterKey
from tests.gate.visiting import (
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
def two_for_strangers() -> None:
    set_rule(strangers=2)


def sign_in_here(browser: Client, email: str) -> None:
    """Sign in by the form of the page, in a browser that has been somewhere before."""
    form = {"login": email, "password": "correct horse"}
    response = browser.post(reverse("account_login"), form)
    assert response.status_code == 302, response.content


def test_strangers_have_nothing_unless_a_rule_gives_it(client: Client) -> None:
    assert outcome(client, make_story()) == "sign_in"
    assert not Meter.objects.exists()
    assert not client.cookies


@pytest.mark.usefixtures("two_for_strangers")
def test_a_strangers_allowance_is_counted_by_a_cookie(client: Client) -> None:
    stories = make_stories(3)
    assert outcomes(client, stories) == ["metered", "metered", "sign_in"]
    assert outcomes(client, stories) == ["read_before", "read_before", "sign_in"]
    assert remaining(client, stories[2]) == 0
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not MeterKey.objects.filter(value__contains=cookie.value).exists()


@pytest.mark.usefixtures("two_for_strangers")
def test_the_cookie_comes_with_the_first_story_that_counts_and_stays(client: Client) -> None:
    stories = make_stories(2)
    free = visit(client, make_story(access="free"))
    assert not free.cookies
    token = visit(client, stories[0]).cookies[COOKIE].value
    assert len(token) >= 32
    assert visit(client, stories[1]).cookies[COOKIE].value == token
    assert not visit(client, stories[1]).cookies


@pytest.mark.usefixtures("two_for_strangers")
def test_strangers_never_share_a_meter() -> None:
    stories = make_stories(2)
    assert outcomes(Client(), stories) == ["metered"] * 2
    assert outcomes(Client(), stories) == ["metered"] * 2
    assert Meter.objects.count() == 2


@pytest.mark.usefixtures("two_for_strangers")
def test_a_cookie_that_somebody_made_up_is_only_another_cookie(client: Client) -> None:
    client.cookies[COOKIE] = "'; DROP TABLE meters; --" + "x" * 900
    assert outcomes(client, make_stories(3)) == ["metered", "metered", "sign_in"]


@pytest.mark.usefixtures("two_for_strangers")
def test_a_strangers_month_turns_too(client: Client, clock: Clock) -> None:
    stories = make_stories(3)
    outcomes(client, stories)
    clock.move(days=30)
    assert outcomes(client, stories) == ["metered", "metered", "sign_in"]


@pytest.mark.usefixtures("two_for_strangers")
def test_what_is_for_subscribers_is_closed_to_strangers(client: Client) -> None:
    assert outcome(client, make_story(access="subscribers")) == "sign_in"
    assert not Meter.objects.exists()


@pytest.mark.usefixtures("two_for_strangers")
def test_taking_the_allowance_away_closes_nothing_that_is_open(client: Client) -> None:
    stories = make_stories(2)
    outcome(client, stories[0])
    set_rule(strangers=0)
    assert outcomes(client, stories) == ["read_before", "sign_in"]
    assert "Paywall-Remaining" not in visit(client, stories[0])


def test_a_section_may_give_strangers_something(client: Client) -> None:
    set_rule("sport", strangers=1)
    sport = [make_story(section="sport") for _ in range(2)]
    assert outcomes(client, [make_story(), *sport]) == ["sign_in", "metered", "sign_in"]


@pytest.mark.usefixtures("two_for_strangers")
def test_stories_opened_before_signing_in_count_once(client: Client) -> None:
    reader = make_reader()
    stories = make_stories(9)
    outcomes(client, stories[:2])
    sign_in_here(client, reader.email)
    assert outcomes(client, stories[:2]) == ["read_before"] * 2
    assert remaining(client, stories[0]) == 5
    assert outcomes(client, stories[2:]) == ["metered"] * 5 + ["meter_spent"] * 2
    assert MeteredRead.objects.filter(meter__keys__reader=reader).count() == 7


@pytest.mark.usefixtures("two_for_strangers")
def test_signing_out_gives_nothing_back(client: Client) -> None:
    reader = make_reader()
    stories = make_stories(9)
    outcomes(client, stories[:2])
    sign_in_here(client, reader.email)
    outcomes(client, stories[:7])
    client.post(reverse("account_logout"))
    assert outcomes(client, [stories[0], stories[7]]) == ["read_before", "sign_in"]
    sign_in_here(client, reader.email)
    assert outcome(client, stories[7]) == "meter_spent"
    assert MeteredRead.objects.filter(meter__keys__reader=reader).count() == 7


@pytest.mark.usefixtures("two_for_strangers")
def test_a_shared_device_charges_one_person(client: Client) -> None:
    first, second = make_reader(), make_reader()
    stories = make_stories(8)
    outcomes(client, stories[:2])
    sign_in_here(client, first.email)
    client.post(reverse("account_logout"))
    sign_in_here(client, second.email)
    assert remaining(client, stories[7]) == 6
    assert outcome(sign_in(first), stories[1]) == "read_before"
    assert outcome(sign_in(second), stories[1]) == "metered"


@pytest.mark.usefixtures("two_for_strangers")
def test_a_cookie_of_a_device_gives_a_reader_nothing(client: Client) -> None:
    reader = make_reader()
    stories = make_stories(9)
    outcomes(sign_in(reader), stories[:7])
    sign_in_here(client, reader.email)
    client.cookies[COOKIE] = "a fresh one"
    assert outcome(client, stories[8]) == "meter_spent"


def test_where_an_account_opens_nothing_it_is_not_said_to_be_a_way_to_the_story(
    client: Client,
) -> None:
    story, other = make_story(), make_story(section="sport")
    set_rule("news", readers=0)
    page = visit(client, story).content.decode()
    assert "This story comes with a package." in page
    assert "This one is not among them." in page
    assert page.index("See the packages") < page.index("Start with your email")
    page = visit(client, other).content.decode()
    assert page.index("Start with your email") < page.index("See the packages")
    assert "not among them" not in page


def test_a_rule_that_changes_what_an_account_opens_changes_the_page(client: Client) -> None:
    story = make_story()
    assert "not among them" not in visit(client, story, QUERY_STRING="a=1").content.decode()
    set_rule("news", readers=0)
    assert "not among them" in visit(client, story, QUERY_STRING="a=1").content.decode()


@pytest.mark.parametrize("query", ["", "?a=1"])
def test_a_page_that_may_be_shared_sets_no_cookie(query: str, client: Client) -> None:
    client.cookies["csrftoken"] = "another site's"
    for address in ("/", make_story().get_absolute_url()):
        response = client.get(f"{address}{query}")
        assert "s-maxage" in response["Cache-Control"]
        assert not response.cookies
