"""No page, whoever asks and however, holds a word of what its visitor may not read."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from articles import views
from articles.models import Article
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate.visitor import COOKIE
from tests.gate.visiting import NOW, make_stories, make_story, outcomes, set_rule, sign_in
from tests.leaks.canaries import canary, leaked, make_premium
from tests.making import make_reader, make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

EARLY = [{"Sec-Purpose": "prefetch"}, {"X-Moz": "prefetch"}, {"Range": "bytes=0-99999"}]
LINK = re.compile(r'(?:href|src|action|content)="(/[^"#]*)"|<(?:loc|link)>https?://[^/]+(/[^<]*)<')

FROM_THE_ADMIN = re.compile(r"\?next=(/|%2F)admin(/|%2F).*")


@pytest.fixture
def premium() -> list[Article]:
    return [
        make_premium("metered-story"),
        make_premium("subscribers-story", access="subscribers"),
        make_premium("sport-story", section="sport"),
        make_premium("closed-sport-story", section="sport", access="subscribers"),
        make_premium("old-news", free_until=NOW),
    ]


def with_cookie(cookie: str) -> Client:
    return Client(headers={"Cookie": cookie})


def unverified() -> Client:
    """Return a browser in which somebody signed up whose code is still to come."""
    client = Client()
    form = {"email": "new@example.com", "password1": "a long and unusual one"}
    assert client.post(reverse("account_signup"), form).status_code == 302
    return client


def spent() -> Client:
    browser = sign_in(make_reader())
    assert outcomes(browser, make_stories(7)) == ["metered"] * 7
    return browser


def of_another_package() -> Client:
    reader = make_reader()
    culture = make_section("culture")
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[culture])
    browser = sign_in(reader)
    assert outcomes(browser, make_stories(7)) == ["metered"] * 7
    return browser


def whose_right_ended() -> Client:
    reader = make_reader()
    granting.give(reader, Source.COURTESY, starts_at=NOW.replace(day=1), ends_at=NOW)
    browser = sign_in(reader)
    assert outcomes(browser, make_stories(7)) == ["metered"] * 7
    return browser


VISITORS: dict[str, Callable[[], Client]] = {
    "a stranger": Client,
    "a stranger who was counted once": lambda: with_cookie(f"{COOKIE}=old"),
    "a session that is over": lambda: with_cookie("session=abcdefghijklmnopqrstuvwxyz012345"),
    "somebody whose code is still to come": unverified,
    "a reader who opened seven": spent,
    "a subscriber of another section": of_another_package,
    "a reader whose right has ended": whose_right_ended,
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Return every address of the site as Django writes it, with its parameters."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def every_address(premium: list[Article]) -> list[str]:
    """Return every address of the site, with the premium stories in all that take a name."""
    names = [story.slug for story in premium] + [str(story.pk) for story in premium]
    names += ["news", "sport", "stories", "sections"]
    addresses = set()
    for pattern in patterns(get_resolver()):
        plain = re.sub(r"\(\?P<\w+>[^)]*\)+", "<x>", pattern)
        plain = re.sub(r"[\^$]|\\Z|\(\?:?|\)\??", "", plain).replace("\\", "")
        taken = names if "<" in plain else [""]
        if plain.startswith(("admin/", "accounts/")):
            taken = [str(premium[0].pk)]  # nobody here gets past their doors: one name will do
        addresses |= {"/" + re.sub(r"<[^>]*>", name, plain) for name in taken}
    for story in premium:
        addresses |= {f"/?p={story.pk}", f"/old/{story.slug}.html", f"/nowhere/{story.slug}/"}
        addresses |= {f"{story.get_absolute_url()}?{query}" for query in ("amp=1", "print=1")}
    return sorted(addresses | {f"/sections/news/?page={page}" for page in ("1", "2", "x")})


def answers(browser: Client, address: str, asked: set[str]) -> Iterator[HttpResponseBase]:
    """Yield the answers on the way from an address, up to one that was asked for before.

    Whoever is sent on from the admin comes to one page, which is asked for once.
    """
    while address and address not in asked:
        asked.add(address)
        response = browser.get(address)
        yield response
        address = FROM_THE_ADMIN.sub("?next=/admin/", response.headers.get("Location", ""))


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_address_of_the_site_gives_the_text_away(premium: list[Article], visitor: str) -> None:
    browser = VISITORS[visitor]()
    browser.raise_request_exception = False
    asked, found, seen = set[str](), {}, 0
    again = [story.get_absolute_url() for story in premium]  # from the caches now
    for address in every_address(premium) + again:
        if address in again:
            asked.discard(address)
        for response in answers(browser, address, asked):
            seen += response.status_code == 200
            if canaries := leaked(response):
                found[address] = canaries
    assert not found
    assert seen > 50


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_link_on_the_site_leads_to_the_text(premium: list[Article], visitor: str) -> None:
    browser = VISITORS[visitor]()
    waiting = ["/", "/feed.xml", "/sitemap.xml", "/sitemap-news.xml", "/robots.txt"]
    seen: set[str] = set()
    while waiting and len(seen) < 200:
        address = waiting.pop()
        if address in seen or address.startswith(("/static/", "/media/")):
            continue
        seen.add(address)
        response = browser.get(address, follow=True)
        assert not leaked(response), address
        page = response.content.decode()
        waiting += [one or other for one, other in LINK.findall(page)]
    assert {story.get_absolute_url() for story in premium} <= seen


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_way_of_asking_gives_the_text_away(premium: list[Article], visitor: str) -> None:
    browser = VISITORS[visitor]()
    for story in premium:
        path = story.get_absolute_url()
        answers = [browser.get(path, headers=headers) for headers in EARLY]
        answers += [getattr(browser, method)(path) for method in ("head", "options", "post", "put")]
        answers += [
            browser.get(path, headers={"Accept": kind})
            for kind in ("application/json", "application/ld+json", "text/plain", "*/*")
        ]
        for kind in ("json", "amp", "print", "rss", "txt"):
            others = (f"{path}?format={kind}", f"{path}{kind}/", f"{path.rstrip('/')}.{kind}")
            answers += [browser.get(other, follow=True) for other in others]
        assert not [found for answer in answers if (found := leaked(answer))]


def test_who_may_read_is_given_every_word(premium: list[Article]) -> None:
    """The canaries sing: what the other tests look for is really there."""
    reader = make_reader()
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    browser = sign_in(reader)
    for story in premium:
        assert len(set(leaked(browser.get(story.get_absolute_url())))) == 28


def test_a_reader_who_may_open_is_given_nothing_ahead(premium: list[Article]) -> None:
    browser = sign_in(make_reader())
    path = premium[0].get_absolute_url()
    for headers in EARLY:
        assert not leaked(browser.get(path, headers=headers))
        assert not leaked(browser.head(path, headers=headers))
    assert leaked(browser.get(path))


def test_a_stranger_with_an_allowance_is_given_nothing_ahead_and_nothing_after(
    premium: list[Article], client: Client
) -> None:
    set_rule(strangers=1)
    paths = [premium[0].get_absolute_url(), premium[2].get_absolute_url()]
    assert not leaked(client.get(paths[0], headers=EARLY[0]))
    assert leaked(client.get(paths[0]))
    assert not leaked(client.get(paths[1]))
    assert not leaked(Client().head(paths[0]))


@pytest.mark.parametrize("shown", [0, 1, 2, 3, 10])
def test_the_preview_shows_as_much_as_the_setting_says_and_no_more_than_a_third(
    client: Client, settings: LazySettings, shown: int
) -> None:
    settings.PREVIEW_PARAGRAPHS = shown
    text = "".join(f"<p>{'word ' * 20}number-{number}.</p>" for number in range(12))
    story = make_story(text=text)
    page = client.get(story.get_absolute_url()).content.decode()
    numbers = {int(number) for number in re.findall(r"number-(\d+)", page)}
    assert numbers == set(range(min(shown, 4)))


def test_a_story_of_one_long_paragraph_is_cut(client: Client) -> None:
    words = [f"word{number}" for number in range(90)]
    story = make_story(text=f"<p>{' '.join(words)}</p>")
    page = client.get(story.get_absolute_url()).content.decode()
    assert "word10 " in page
    assert not any(f"{word} " in page or f"{word}<" in page for word in words[30:])


def test_a_story_too_short_for_an_opening_shows_none_of_it(client: Client) -> None:
    story = make_story(text=f"<p>{canary()}.</p><ul><li>{canary()}</li></ul>")
    response = client.get(story.get_absolute_url())
    assert response["Paywall-Outcome"] == "sign_in"
    assert not leaked(response)


def test_an_error_page_shows_nothing_of_the_story(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, premium: list[Article]
) -> None:
    settings.DEBUG = False

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("The page was made, and then this.")

    monkeypatch.setattr(views, "stamp", fail)
    browser = sign_in(make_reader())
    browser.raise_request_exception = False
    response = browser.get(premium[0].get_absolute_url())
    assert response.status_code == 500
    assert not leaked(response)
    assert not leaked(browser.get("/stories/nothing-here/"))
