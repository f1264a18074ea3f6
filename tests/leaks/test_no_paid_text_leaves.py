"""A canary in every paid paragraph: none of them leaves for whoever the story stays closed to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from articles.models import Article, OldAddress
from articles.writing import write
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.metering.models import MeterRule
from tests.making import make_article, make_reader, make_section

pytestmark = pytest.mark.django_db

CANARY = "canary-of-the-paid-text"
OPENING = "<p>Everybody may read how this begins, for it says nothing of what is paid for.</p>"
PAID = OPENING * 4 + "".join(
    f"<p>{CANARY}-{number} sings only to those whom the story opens to.</p>" for number in range(9)
)
PREMIUM = {"metered": "", "subscribers": "subscribers"}


@pytest.fixture
def stories() -> list[Article]:
    section = make_section("news")
    stories = [
        make_article(f"paid-{name}", text=PAID, section=section, access=access, standfirst="Short.")
        for name, access in PREMIUM.items()
    ]
    OldAddress.objects.create(path="/2020/01/old/", article=stories[0])
    return stories


def stranger() -> Client:
    return Client()


def stranger_with_a_stale_session() -> Client:
    client = Client()
    client.cookies["session"] = "no-such-session"
    return client


def not_yet_verified() -> Client:
    client = Client()
    client.post("/accounts/signup/", {"email": "new@example.com", "password1": "read all about"})
    return client


def spent_reader() -> Client:
    MeterRule.objects.update_or_create(section=None, defaults={"allowance": 0})
    return signed_in(make_reader())


def reader_of_another_package() -> Client:
    client, reader = spent_reader(), make_reader()
    granting.give(
        reader, Source.SUBSCRIPTION, starts_at=timezone.now(), sections=[make_section("sport")]
    )
    client.force_login(reader)
    return client


def reader_whose_access_ended() -> Client:
    client, reader, now = spent_reader(), make_reader(), timezone.now()
    client.force_login(reader)
    entitlement = granting.give(reader, Source.COURTESY, starts_at=now - timedelta(days=2))
    granting.withdraw(entitlement, at=now - timedelta(days=1))
    return client


def signed_in(reader: object) -> Client:
    client = Client()
    client.force_login(reader)  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize(
    "visitor",
    [
        stranger,
        stranger_with_a_stale_session,
        not_yet_verified,
        spent_reader,
        reader_of_another_package,
        reader_whose_access_ended,
    ],
)
def test_no_page_holds_it(stories: list[Article], visitor: Callable[[], Client]) -> None:
    client = visitor()
    pages = [story.get_absolute_url() for story in stories] + [
        "/",
        "/sections/news/",
        "/feed.xml",
        "/sitemap.xml",
        "/sitemap-stories.xml",
        "/sitemap-news.xml",
        "/robots.txt",
        "/subscribe/?next=/stories/paid-metered/",
        "/activate/",
        "/account/",
        "/2020/01/old/",
        "/no/such/page/",
        "/accounts/login/?next=/stories/paid-metered/",
        f"/admin/articles/article/{stories[0].pk}/change/",
    ]
    for path in pages:
        for ask in (client.get, client.head, client.post, client.options):
            response = ask(path, follow=True)
            text = response.getvalue().decode() if response.streaming else response.text
            assert CANARY not in text, (path, ask)
            assert CANARY not in str(response.headers), (path, ask)


@pytest.mark.parametrize("format_", ["json", "amp", "print", "rss", "txt"])
def test_no_other_representation_holds_it(stories: list[Article], format_: str) -> None:
    client = Client(headers={"Accept": f"application/{format_}"})
    for address in (story.get_absolute_url() for story in stories):
        for path in (f"{address}?format={format_}", f"{address}{format_}/", f"{address}.{format_}"):
            assert CANARY not in client.get(path, follow=True).text


def test_no_error_page_holds_it(
    stories: list[Article], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    client.force_login(make_reader())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(PAID)

    monkeypatch.setattr("articles.views.render_to_string", fail)
    response = client.get(stories[0].get_absolute_url())
    assert response.status_code == 500
    assert CANARY not in response.text


@pytest.mark.parametrize("access", ["metered", "subscribers"])
def test_no_cache_keeps_it_when_a_story_stops_being_free(access: str) -> None:
    article = make_article("free-at-first", text=PAID, access="free")
    address, client = article.get_absolute_url(), Client()
    assert CANARY in client.get(address).text
    article.access = access
    article.save()
    assert CANARY not in client.get(address).text


def test_no_copy_outlives_a_freedom_that_ends() -> None:
    now = timezone.now()
    article = make_article(text=PAID, free_until=now + timedelta(hours=1))
    response = Client().get(article.get_absolute_url())
    assert CANARY in response.text
    assert response["Cache-Control"] == "no-store"
    article.free_until = now - timedelta(seconds=1)
    article.save()
    assert CANARY not in Client().get(article.get_absolute_url()).text


def test_an_unpublished_story_shows_nothing_at_all() -> None:
    article = make_article(text=PAID, published_at=timezone.now() + timedelta(hours=1))
    for client in (stranger(), spent_reader()):
        response = client.get(article.get_absolute_url())
        assert response.status_code == 404
        assert CANARY not in response.text
        assert article.headline not in response.text


def test_a_new_text_replaces_what_the_preview_showed(stories: list[Article]) -> None:
    address, client = stories[0].get_absolute_url(), Client()
    assert "how this begins" in client.get(address).text
    write(stories[0], "<p>Another beginning altogether.</p>" + PAID)
    text = client.get(address).text
    assert "Another beginning" in text
    assert CANARY not in text


def test_the_canary_sings_to_whom_the_story_opens(stories: list[Article]) -> None:
    reader = make_reader()
    granting.give(reader, Source.PRINT, starts_at=timezone.now() - timedelta(days=1))
    client = signed_in(reader)
    for story in stories:
        assert f"{CANARY}-8" in client.get(story.get_absolute_url()).text
