"""How a story is set, and what search engines and feeds are told of it."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from articles.body import clean
from articles.templatetags.articles import preview, typeset
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from tests.making import make_article, make_reader, make_section

pytestmark = pytest.mark.django_db


def structured_data(page: str) -> dict[str, object]:
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert script
    data: dict[str, object] = json.loads(script[1])
    return data


def test_structured_data_cannot_be_broken_out_of(client: Client) -> None:
    article = make_article(headline="</script><script>alert('&')</script>", byline="Ada <b>")
    page = client.get(article.get_absolute_url()).content.decode()
    assert structured_data(page)["headline"] == article.headline
    assert "<script>alert" not in page


@pytest.mark.parametrize(("access", "free"), [("free", True), ("metered", False)])
def test_structured_data_says_whether_the_policy_is_free(
    client: Client, access: str, free: bool
) -> None:
    page = client.get(make_article(access=access).get_absolute_url()).content.decode()
    data = structured_data(page)
    assert data["@type"] == "NewsArticle"
    assert data["isAccessibleForFree"] is free
    assert ("hasPart" in data) is not free
    assert "articleBody" not in data


def test_a_story_leads_on_to_its_section(client: Client) -> None:
    story = make_article(access="free", section=make_section("sport"))
    page = client.get(story.get_absolute_url()).content.decode()
    assert '<a href="/sections/sport/">More from Sport</a>' in page


def test_who_has_nothing_that_opens_stories_is_offered_packages_on_top(client: Client) -> None:
    reader, story = make_reader(), make_article()
    client.force_login(reader)
    offered = re.compile(r'<a class="button button--small" href="/subscribe/[^"]*">Subscribe</a>')
    pages = ("/", story.get_absolute_url())
    assert all(offered.search(client.get(page).content.decode()) for page in pages)
    now = timezone.now()
    granting.give(reader, Source.SUBSCRIPTION, starts_at=now, sections=[make_section("sport")])
    assert not any(offered.search(client.get(page).content.decode()) for page in pages)


def test_the_setting_says_how_many_paragraphs_a_preview_has(settings: LazySettings) -> None:
    article = make_article()
    assert len(preview(article)) == 3
    settings.PREVIEW_PARAGRAPHS = 1
    assert len(preview(article)) == 1
    settings.PREVIEW_PARAGRAPHS = 50
    assert len(preview(article)) == 3  # a third of nine


def test_a_table_scrolls_by_itself_and_pictures_wait() -> None:
    text = typeset(clean('<table><tr><td>1</td></tr></table><p><img src="/a.jpg" alt=""></p>'))
    assert re.search(r"<div [^>]*tabindex=\"0\"><table>.*</table></div>", text)
    assert text.count('loading="lazy"') == text.count("<img") == 1


def test_feed_and_sitemaps_name_published_stories_of_our_own_site(
    client: Client, settings: LazySettings
) -> None:
    settings.SITE_URL = "https://paper.example"
    make_article("here-now", standfirst="In short.")
    make_article("not-yet", published_at=timezone.now() + timedelta(days=1))
    make_article("last-week", published_at=timezone.now() - timedelta(days=7))
    seen = {
        path: client.get(path, headers={"host": "localhost"}).content.decode()
        for path in ("/feed.xml", "/sitemap.xml", "/sitemap-stories.xml", "/sitemap-news.xml")
    }
    for path, text in seen.items():
        assert "not-yet" not in text, path
        assert "localhost" not in text, path
    assert "https://paper.example/stories/here-now/" in seen["/feed.xml"]
    assert "In short." in seen["/feed.xml"]
    assert "https://paper.example/stories/last-week/" in seen["/sitemap-stories.xml"]
    assert "here-now" in seen["/sitemap-news.xml"]
    assert "last-week" not in seen["/sitemap-news.xml"]
    assert "https://paper.example/sitemap-stories.xml" in seen["/sitemap.xml"]


def test_pages_of_a_section_go_back_in_time(client: Client) -> None:
    section = make_section("sport")
    for number in range(25):
        make_article(
            f"match-{number:02}",
            section=section,
            published_at=timezone.now() - timedelta(hours=number + 1),
        )
    first = client.get("/sections/sport/").content.decode()
    second = client.get("/sections/sport/?page=2").content.decode()
    assert "match-00" in first
    assert "match-24" not in first
    assert "match-24" in second
    assert client.get("/sections/sport/?page=x").status_code == 200
    assert client.get("/sections/none/").status_code == 404
