"""Which requests open a story, and what every answer carries."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate.visitor import COOKIE
from paywall.metering.models import Meter, MeteredRead
from tests.gate.visiting import (
    LAST_WORDS,
    NOW,
    make_stories,
    make_story,
    outcome,
    outcomes,
    set_rule,
    sign_in,
    visit,
)
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

EARLY: list[dict[str, str]] = [
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Sec-Purpose": "Prerender"},
    {"Purpose": "prefetch"},
    {"Purpose": "Prefetch"},
    {"X-Purpose": "preview"},
    {"X-Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
    {"Range": "bytes=0-"},
    {"Range": "bytes=0-0,-1", "If-Range": '"tag"'},
    {"Range": "nonsense"},
    {"Range": ""},
]
CONDITIONS: list[dict[str, str]] = [
    {"If-None-Match": "*"},
    {"If-None-Match": '"tag", W/"tag"'},
    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"If-Match": '"tag"'},
    {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
]


@pytest.fixture
def browser() -> Client:
    return sign_in(make_reader())


def ids(headers: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())


@pytest.mark.parametrize("headers", EARLY, ids=ids)
class TestWhatComesTooEarly:
    def test_is_put_off_where_it_would_open_a_story(
        self, browser: Client, headers: dict[str, str]
    ) -> None:
        story = make_story()
        response = visit(browser, story, headers=headers)
        assert response.status_code == 503
        assert "no-store" in response["Cache-Control"]
        assert (response["Paywall-Outcome"], response["Paywall-Remaining"]) == ("metered", "7")
        assert b"Paragraph" not in response.content
        assert not MeteredRead.objects.exists()
        assert outcome(browser, story) == "metered"

    def test_is_answered_where_the_story_is_open_already(
        self, browser: Client, headers: dict[str, str]
    ) -> None:
        stories = [make_story(), make_story(access="free")]
        outcome(browser, stories[0])
        for story in stories:
            response = visit(browser, story, headers=headers)
            assert response.status_code == 200
            assert LAST_WORDS in response.content
        assert MeteredRead.objects.count() == 1

    def test_is_answered_where_nothing_would_open(
        self, client: Client, browser: Client, headers: dict[str, str]
    ) -> None:
        stories = make_stories(8)
        outcomes(browser, stories[:7])
        for somebody, word in ((client, "sign_in"), (browser, "meter_spent")):
            response = visit(somebody, stories[7], headers=headers)
            assert (response.status_code, response["Paywall-Outcome"]) == (200, word)
            assert LAST_WORDS not in response.content

    def test_is_put_off_for_strangers_too_and_brings_no_cookie(
        self, client: Client, headers: dict[str, str]
    ) -> None:
        set_rule(strangers=2)
        response = visit(client, make_story(), headers=headers)
        assert response.status_code == 503
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies
        assert not Meter.objects.exists()

    def test_is_answered_to_subscribers(self, headers: dict[str, str]) -> None:
        reader = make_reader()
        granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
        response = visit(sign_in(reader), make_story(), headers=headers)
        assert (response.status_code, response["Paywall-Outcome"]) == (200, "entitled")


@pytest.mark.parametrize("early", [{}, *EARLY], ids=ids)
def test_head_says_what_would_happen_and_opens_nothing(
    browser: Client, early: dict[str, str]
) -> None:
    stories = make_stories(8)
    response = browser.head(stories[0].get_absolute_url(), headers=early)
    assert response.status_code == 200
    assert (response["Paywall-Outcome"], response["Paywall-Remaining"]) == ("metered", "7")
    assert not response.content
    assert not MeteredRead.objects.exists()
    outcomes(browser, stories[:7])
    spent = browser.head(stories[7].get_absolute_url(), headers=early)
    assert spent["Paywall-Outcome"] == "meter_spent"


def test_head_brings_a_stranger_no_cookie_and_no_meter(client: Client) -> None:
    set_rule(strangers=1)
    response = client.head(make_story().get_absolute_url())
    assert response["Paywall-Outcome"] == "metered"
    assert not response.cookies
    assert not Meter.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused_and_open_nothing(browser: Client, method: str) -> None:
    response = getattr(browser, method)(make_story().get_absolute_url())
    assert response.status_code == 405
    assert b"Paragraph" not in response.content
    assert not MeteredRead.objects.exists()


@pytest.mark.parametrize("name", ["X-Http-Method-Override", "X-Method-Override", "X-Http-Method"])
def test_a_header_makes_no_other_method_of_it(browser: Client, name: str) -> None:
    story = make_story()
    response = browser.post(story.get_absolute_url(), headers={name: "GET"})
    assert response.status_code == 405
    assert not MeteredRead.objects.exists()


@pytest.mark.parametrize("headers", CONDITIONS, ids=ids)
def test_conditions_are_never_met_by_an_empty_answer(
    client: Client, browser: Client, headers: dict[str, str]
) -> None:
    stories = [make_story(), make_story(access="free"), make_story(access="subscribers")]
    for somebody in (client, browser):
        for story in stories * 2:
            response = visit(somebody, story, headers=headers)
            assert response.status_code == 200
            assert "ETag" not in response
            assert "Last-Modified" not in response
            assert response["Paywall-Outcome"]


@pytest.mark.parametrize("fetch", ["document", "empty", "image", "iframe"])
def test_somebody_reading_opens_whatever_else_the_browser_says(browser: Client, fetch: str) -> None:
    headers = {"Sec-Fetch-Dest": fetch, "Accept": "text/html", "Purpose": "reading"}
    assert outcome(browser, make_story(), headers=headers) == "metered"


@pytest.mark.parametrize(
    "slug",
    [
        "no-such-story",
        "x" * 120,
        "x" * 200,
        "-",
        "0",
        "__",
        "admin",
        "None",
    ],
)
def test_a_slug_that_names_nothing_is_not_found(client: Client, slug: str) -> None:
    response = client.get(f"/stories/{slug}/")
    assert response.status_code == 404
    assert "Paywall-Outcome" not in response


@pytest.mark.parametrize(
    "path",
    [
        "/stories/%00/",
        "/stories/a%2Fb/",
        "/stories/%F0%9F%98%80/",
        "/stories/a%20b/",
        "/stories/..%2F..%2Fetc%2Fpasswd/",
        "/stories/%ff/",
        "/stories//",
        "/stories/'or'1'='1/",
        "/%00",
    ],
)
def test_a_path_that_is_no_slug_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_slug_is_found_as_it_is_written(client: Client) -> None:
    make_story("the-harbour")
    assert client.get("/stories/the-harbour/").status_code == 200
    assert client.get("/stories/The-Harbour/").status_code == 404


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "staff looked before"])
def test_what_is_not_published_yet_is_not_there(client: Client, method: str, warm: bool) -> None:
    story = make_story(published_at=NOW + timedelta(seconds=1), access="free", headline="Secret")
    path = story.get_absolute_url()
    staff = sign_in(make_reader(is_staff=True))
    if warm:
        assert outcome(staff, story) == "free"
    for somebody in (client, sign_in(make_reader()), Client(headers={"Cookie": "session=stale"})):
        response = getattr(somebody, method)(path)
        assert response.status_code == 404
        assert b"Paragraph" not in response.content
        assert b"Secret" not in response.content


def test_staff_see_what_is_to_come_and_nobody_may_keep_it() -> None:
    staff = sign_in(make_reader(is_staff=True))
    for access in ("free", "metered", "subscribers"):
        story = make_story(published_at=NOW + timedelta(days=1), access=access)
        response = visit(staff, story)
        assert LAST_WORDS in response.content
        assert response["Cache-Control"] == "private, no-store"


def test_a_story_appears_at_its_moment(client: Client, clock: Any) -> None:
    story = make_story(published_at=NOW + timedelta(minutes=5))
    path = story.get_absolute_url()
    clock.move(minutes=5, microseconds=-1)
    assert client.get(path).status_code == 404
    clock.move(microseconds=1)
    assert client.get(path).status_code == 200


def test_the_strangers_cookie_is_no_session(client: Client) -> None:
    set_rule(strangers=1)
    story = make_story()
    outcome(client, story)
    assert COOKIE in client.cookies
    assert client.get("/account/").status_code == 302
