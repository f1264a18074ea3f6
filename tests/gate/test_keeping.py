"""What caches, shared and private, may keep of an answer."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import strangers
from paywall.gate.visitor import COOKIE
from tests.gate.visiting import (
    LAST_WORDS,
    NOW,
    Clock,
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

SHARED = "public, max-age=0, s-maxage=60"
PRIVATE = "private, no-store"


def vary(response: HttpResponse) -> set[str]:
    return {name.strip() for name in response["Vary"].split(",")}


def with_stale_session() -> Client:
    return Client(headers={"Cookie": "session=abcdefghijklmnopqrstuvwxyz012345"})


def subscriber() -> Client:
    reader = make_reader()
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    return sign_in(reader)


VISITORS: dict[str, Callable[[], Client]] = {
    "a stranger": Client,
    "a stranger who was counted once": lambda: Client(headers={"Cookie": f"{COOKIE}=old"}),
    "a stranger with another site's cookies": lambda: Client(headers={"Cookie": "_ga=1; theme=x"}),
    "a session that is over": with_stale_session,
    "a reader": lambda: sign_in(make_reader()),
    "a subscriber": subscriber,
    "staff": lambda: sign_in(make_reader(is_staff=True)),
}
STRANGERS = list(VISITORS)[:3]


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("access", ["free", "metered", "subscribers"])
def test_only_what_every_stranger_gets_may_be_shared(visitor: str, access: str) -> None:
    story = make_story(access=access)
    browser = VISITORS[visitor]()
    for _ in range(2):
        response = visit(browser, story)
        assert response["Cache-Control"] == (SHARED if visitor in STRANGERS else PRIVATE)
        assert "Cookie" in vary(response)


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_is_free_only_for_now_is_kept_by_nobody(visitor: str) -> None:
    story = make_story(free_until=NOW + timedelta(hours=1))
    response = visit(VISITORS[visitor](), story)
    assert response["Paywall-Outcome"] == "free"
    assert response["Cache-Control"] == ("no-store" if visitor in STRANGERS else PRIVATE)


def test_what_was_free_for_a_while_is_shared_like_any_preview(client: Client, clock: Clock) -> None:
    story = make_story(free_until=NOW + timedelta(hours=1))
    visit(client, story)
    clock.move(hours=1)
    response = visit(client, story)
    assert (response["Paywall-Outcome"], response["Cache-Control"]) == ("sign_in", SHARED)
    assert LAST_WORDS not in response.content


def test_what_is_counted_for_strangers_is_shared_with_nobody(client: Client) -> None:
    set_rule(strangers=1)
    stories = make_stories(2)
    for somebody, story in [(client, stories[0]), (client, stories[0]), (client, stories[1])]:
        assert visit(somebody, story)["Cache-Control"] == PRIVATE
    assert visit(Client(), make_story(access="subscribers"))["Cache-Control"] == PRIVATE


def test_what_was_shared_before_the_rule_changed_is_not_given_again(client: Client) -> None:
    story = make_story()
    assert outcome(client, story) == "sign_in"
    set_rule(strangers=1)
    assert outcome(client, story) == "metered"
    set_rule(strangers=0)
    assert outcome(Client(), story) == "sign_in"


PREVIEWS: dict[str, dict[str, str]] = {
    "plain": {},
    "a phone": {"User-Agent": "Mobile", "Accept": "text/html", "Accept-Language": "de"},
    "a crawler": {"User-Agent": "Googlebot/2.1", "From": "googlebot(at)googlebot.com"},
    "coming from a search": {"Referer": "https://search.example/?q=story"},
    "a prefetch": {"Sec-Purpose": "prefetch;prerender"},
    "a range": {"Range": "bytes=0-99"},
    "a condition": {"If-None-Match": "*"},
    "a script": {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"},
    "with cookies of others": {"Cookie": "_ga=1; csrftoken=" + "a" * 32},
    "counted once": {"Cookie": f"{COOKIE}=old"},
    "through a proxy": {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "evil.example"},
}


@pytest.mark.parametrize("access", ["metered", "subscribers"])
def test_the_preview_is_the_same_to_the_byte_for_every_stranger(access: str) -> None:
    story = make_story(access=access)
    pages = set()
    for headers in PREVIEWS.values():
        for remembered in (True, False):
            if not remembered:
                strangers.forget()
            pages.add(visit(Client(), story, headers=headers).content)
    assert len(pages) == 1


@pytest.mark.parametrize("asking", PREVIEWS)
def test_the_preview_has_no_cookie_no_form_and_no_token_in_it(asking: str) -> None:
    response = visit(Client(), make_story(), headers=PREVIEWS[asking])
    page = response.content.decode()
    assert not response.cookies
    assert "Set-Cookie" not in response
    assert "csrf" not in page.lower()
    assert not re.search(r"<form\b|nonce=|<input\b", page)


@pytest.mark.parametrize("visitor", ["a session that is over", "a reader"])
def test_a_page_made_for_somebody_else_is_no_strangers_page(visitor: str) -> None:
    """Whoever comes first: neither takes the page that was made for the other."""
    stories = make_stories(2)
    somebody = VISITORS[visitor]()
    first = visit(somebody, stories[0])
    assert visit(Client(), stories[0])["Cache-Control"] == SHARED
    visit(Client(), stories[1])
    second = visit(somebody, stories[1])
    assert first["Cache-Control"] == second["Cache-Control"] == PRIVATE


def test_a_reader_is_never_given_the_strangers_page() -> None:
    story = make_story()
    visit(Client(), story)
    assert outcome(sign_in(make_reader()), story) == "metered"


@pytest.mark.parametrize("path", ["/", "/sections/news/", "/subscribe/"])
def test_other_pages_are_shared_among_strangers_alone(path: str) -> None:
    make_stories(3)
    shared = Client().get(path)
    assert shared["Cache-Control"] == SHARED
    assert not shared.cookies
    for somebody in (sign_in(make_reader()), with_stale_session()):
        own = somebody.get(path)
        assert "s-maxage" not in own["Cache-Control"]
        assert "private" in own["Cache-Control"]


def test_readers_pages_are_theirs_alone(client: Client) -> None:
    browser = sign_in(make_reader())
    stories = make_stories(8)
    outcomes(browser, stories)
    for response in (visit(browser, stories[0]), visit(browser, stories[7])):
        assert response["Cache-Control"] == PRIVATE
    account = browser.get("/account/")
    assert "no-store" in account["Cache-Control"]
    assert "private" in account["Cache-Control"]
