"""What each kind of refused visitor reads on the wall, and where its links lead."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from articles.models import Article
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.metering.models import MeterRule
from tests.making import make_article, make_reader, make_section

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 23, 12, tzinfo=UTC)


def page(client: Client, article: Article) -> str:
    return client.get(article.get_absolute_url()).content.decode()


def signed_in() -> Client:
    client = Client()
    client.force_login(make_reader())
    return client


def test_a_stranger_is_offered_all_three_ways_and_comes_back(client: Client) -> None:
    article = make_article("the-story")
    text = page(client, article)
    for offer in ("Start a free account", "Subscribe now", "Already a subscriber?"):
        assert offer in text
    assert "7 premium stories every month for free." in text
    for link in ("/accounts/signup/", "/accounts/login/", "/subscribe/", "/activate/"):
        assert f'href="{link}?next=/stories/the-story/&amp;from=article-{article.pk}' in text


def test_the_offers_follow_the_rule(client: Client) -> None:
    MeterRule.objects.update_or_create(section=None, defaults={"allowance": 1})
    assert "1 premium story every month for free." in page(client, make_article())


@time_machine.travel(NOVEMBER, tick=False)
def test_whoever_opened_all_is_told_when_the_next_come() -> None:
    MeterRule.objects.update_or_create(section=None, defaults={"allowance": 1})
    client, first, second = signed_in(), make_article(), make_article()
    opened = page(client, first)
    assert "0 of 1 free premium story left this month" in opened
    text = page(client, second)
    assert "You have read your 1 free premium story this month." in text
    assert "1 December" in text
    assert "Subscribe now" in text
    assert "turn on my digital access" in text
    assert "Start a free account" not in text


def test_a_story_for_subscribers_leaves_the_free_ones_untouched() -> None:
    client = signed_in()
    page(client, make_article())
    page(client, make_article())
    text = page(client, make_article(access="subscribers"))
    assert "This one is for subscribers." in text
    assert "Your five free stories are untouched." in text


def test_a_package_for_other_sections_is_named_as_such() -> None:
    reader, client = make_reader(), Client()
    client.force_login(reader)
    granting.give(
        reader,
        Source.SUBSCRIPTION,
        starts_at=timezone.now() - timedelta(days=1),
        sections=[make_section("sport")],
    )
    text = page(client, make_article(access="subscribers"))
    assert "Your package covers other sections" in text


def test_whoever_is_entitled_sees_no_counting() -> None:
    reader, client = make_reader(), Client()
    client.force_login(reader)
    granting.give(reader, Source.PRINT, starts_at=timezone.now() - timedelta(days=1))
    response = client.get(make_article().get_absolute_url())
    assert "left this month" not in response.content.decode()
    assert "Paywall-Remaining" not in response


@pytest.mark.parametrize("word", ["meter", "entitlement", "lapsed", "past due"])
def test_readers_never_read_our_words(client: Client, word: str) -> None:
    spent = signed_in()
    MeterRule.objects.update_or_create(section=None, defaults={"allowance": 0})
    article = make_article()
    for text in (page(client, article), page(spent, article)):
        assert word not in text.lower()
    for path in ("/", "/subscribe/", "/activate/", "/account/"):
        assert word not in spent.get(path).content.decode().lower()


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        '"><script>alert(1)</script>',
    ],
)
def test_links_pass_no_foreign_address_on(client: Client, hostile: str) -> None:
    text = client.get("/subscribe/", {"next": hostile}).content.decode()
    assert "evil" not in text
    assert "alert(1)" not in text
