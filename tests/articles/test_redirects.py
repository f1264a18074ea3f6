"""Where a story was found before leads to it for good."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from articles.addresses import LONGEST, kept_forms, looked_for
from articles.models import Article, OldAddress
from articles.writing import write
from tests.making import TEXT, make_article, make_section

OLD = "https://old.example"


def make_moved(*old_addresses: str, slug: str = "wall", **fields: Any) -> Article:
    return write(make_article(slug, **fields), TEXT, old_addresses=old_addresses)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "asked"),
    [
        (f"{OLD}/2019/06/wall/", "/2019/06/wall/"),
        (f"{OLD}/2019/06/wall/", "/2019/06/wall"),
        (f"{OLD}/2019/06/wall", "/2019/06/wall/"),
        (f"{OLD}/2019/06/wall/", "/2019/06/wall/?utm_source=rss&fbclid=x"),
        (f"{OLD}/2019/06/wall/?utm_medium=feed", "/2019/06/wall/"),
        (f"{OLD}/2019/06/wall/", "/2019/06/wall/?page=2"),
        (f"{OLD}/2019/06/wall/", "/2019/06/WALL/"),
        (f"{OLD}/News/Wall.aspx", "/news/wall.aspx"),
        (f"{OLD}/News/Wall.aspx", "/News/Wall.aspx"),
        (f"{OLD}/caf%C3%A9/", "/caf%c3%a9/"),
        (f"{OLD}/caf%c3%a9/", "/cafe%CC%81/"),
        (f"{OLD}/%e3%81%82/", "/%E3%81%82/"),
        (f"{OLD}/a%20b/", "/a%20b/"),
        (f"{OLD}/bad%ff/", "/bad%ff/"),
        (f"{OLD}/?p=12", "/?p=12"),
        (f"{OLD}/?p=12", "/?p=12&utm_source=x&preview=true"),
        (f"{OLD}/story.php?id=7&lang=en", "/story.php?lang=en&id=7"),
        (f"{OLD}/story.php?id=7", "/story.php?print=1&id=7"),
        (f"{OLD}/{'long/' * 400}", f"/{'long/' * 400}"),
        ("/stories/before/", "/stories/before/"),
        ("/stories/before/", "/stories/before"),
    ],
)
def test_an_old_address_leads_to_the_story(client: Client, old: str, asked: str) -> None:
    make_moved(old)
    response = client.get(asked)
    assert response.status_code == 301
    assert response["Location"] == "/stories/wall/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "/2019/06/",
        "/2019/06/wall/more/",
        "/story.php?id=8",
        "/story.php",
        "/?p=13",
        "/?q=12",
        f"/{'long/' * 401}",
        "/a%00b/",
    ],
)
def test_other_addresses_lead_nowhere(client: Client, asked: str) -> None:
    make_moved(
        f"{OLD}/2019/06/wall/", f"{OLD}/story.php?id=7", f"{OLD}/?p=12", f"{OLD}/{'long/' * 400}"
    )
    assert client.get(asked).status_code in {200, 404}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "own",
    [
        "/",
        "/sections/news/",
        "/subscribe/",
        "/subscribe",
        "/account/",
        "/accounts/login/",
        "/admin/",
        "/admin/anything/",
        "/feed.xml",
        "/robots.txt",
        "/static/style.css",
        "/media/pictures/a.jpg",
    ],
)
def test_our_own_pages_are_never_taken_over(own: str) -> None:
    make_section()
    make_moved(f"{OLD}{own}")
    assert not OldAddress.objects.exists()


@pytest.mark.django_db
def test_a_page_that_is_there_wins(client: Client) -> None:
    make_article("there")
    make_moved("/stories/there/")
    assert client.get("/stories/there/").status_code == 200


@pytest.mark.django_db
def test_an_address_that_leads_to_a_story_keeps_leading_there(client: Client) -> None:
    make_moved(f"{OLD}/a/", slug="first")
    make_moved(f"{OLD}/a/", slug="second")
    assert client.get("/a/")["Location"] == "/stories/first/"


@pytest.mark.django_db
def test_a_story_still_to_come_is_not_told_of(client: Client) -> None:
    make_moved(f"{OLD}/a/", published_at=timezone.now() + timedelta(days=1))
    assert client.get("/a/").status_code == 404


@pytest.mark.django_db
def test_only_who_looks_is_led(client: Client) -> None:
    make_moved(f"{OLD}/a/")
    assert client.head("/a/").status_code == 301
    assert client.post("/a/").status_code == 404


@pytest.mark.django_db
def test_a_changed_slug_leads_on_through_every_change(client: Client) -> None:
    article = make_article("first")
    assert client.get("/stories/first/").status_code == 200
    for slug in ("second", "third"):
        article.slug = slug
        write(article, TEXT)
    for before in ("first", "second"):
        assert client.get(f"/stories/{before}/")["Location"] == "/stories/third/"
        assert client.get(f"/stories/{before}")["Location"] == "/stories/third/"
    assert client.get("/stories/third/").status_code == 200


@pytest.mark.django_db
def test_the_last_story_that_had_a_slug_has_its_address(client: Client) -> None:
    for headline in ("One", "Two"):
        article = make_article("shared", headline=headline)
        article.slug = headline.lower()
        write(article, TEXT)
    assert client.get("/stories/shared/")["Location"] == "/stories/two/"


@pytest.mark.django_db
def test_a_slug_that_comes_back_is_no_loop(client: Client) -> None:
    article = make_article("here")
    for slug in ("there", "here"):
        article.slug = slug
        write(article, TEXT)
    assert client.get("/stories/here/").status_code == 200
    Article.objects.update(published_at=timezone.now() + timedelta(days=1))
    Client().get("/stories/here/")
    assert client.get("/stories/there/").status_code == 404


@given(st.text(max_size=60), st.text(max_size=40))
@example("/0", "")
def test_every_form_that_is_kept_is_found_again(path: str, query: str) -> None:
    asked = f"/{quote(path)}?{quote(query, safe='=&')}"
    # With its host, or a path that begins with two slashes would be taken for one.
    request = RequestFactory().get(f"http://testserver{asked}")
    kept = kept_forms(f"{OLD}{asked}")
    assert all(len(form) <= LONGEST and "\0" not in form for form in kept)
    assert set(kept) <= set(looked_for(request.path, request.META["QUERY_STRING"]))


@pytest.mark.parametrize(
    "address",
    ["http://[", "tag:old.example,2019:1", "mailto:a@b.example", "", OLD, f"{OLD}/?utm_x=1"],
)
def test_what_is_no_address_of_a_story_is_not_kept(address: str) -> None:
    assert kept_forms(address) == []
