"""Visiting stories at a chosen moment, as a browser does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Reader
from articles.models import Article
from paywall import clock as the_clock
from paywall.gate.decision import OPENING, Outcome
from paywall.metering.models import MeterRule
from tests.making import make_article, make_section

LAST_WORDS = b"Paragraph 9 of the story"  # of what make_article writes
NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


class Clock:
    """What `clock.now()` says, until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    @classmethod
    def stopped(cls, monkeypatch: pytest.MonkeyPatch) -> "Clock":
        """Put a clock that stands still in the middle of a November in place of the paper's."""
        clock = cls(NOW)
        monkeypatch.setattr(the_clock, "now", lambda: clock.now)
        return clock

    def move(self, **by: float) -> None:
        """Go on by some days, hours or seconds; negative ones go back."""
        self.now += timedelta(**by)


def make_story(slug: str = "", *, section: str = "news", **fields: Any) -> Article:
    """Make a metered story, published long before any test's moment."""
    fields.setdefault("published_at", LONG_AGO)
    return make_article(slug, section=make_section(section), **fields)


def make_stories(number: int) -> list[Article]:
    return [make_story() for _ in range(number)]


def set_rule(section: str = "", *, readers: int = 7, strangers: int = 0) -> None:
    """Set the rule of a section, or of the whole paper."""
    MeterRule.objects.update_or_create(
        section=make_section(section) if section else None,
        defaults={"allowance": readers, "strangers_allowance": strangers},
    )


def sign_in(reader: Reader) -> Client:
    """Return a browser in which the reader has signed in."""
    client = Client()
    client.force_login(reader)
    return client


def visit(client: Client, article: Article, **options: Any) -> HttpResponse:
    """Ask for a story; `headers` and whatever else the test client takes."""
    response = client.get(article.get_absolute_url(), **options)
    assert isinstance(response, HttpResponse)
    return response


def outcome(client: Client, article: Article, **options: Any) -> str:
    """Return the gate's one word about a visit; the whole text comes with it, or none of it."""
    response = visit(client, article, **options)
    word = str(response["Paywall-Outcome"])
    assert (LAST_WORDS in response.content) == (Outcome(word) in OPENING)
    return word


def outcomes(client: Client, articles: list[Article]) -> list[str]:
    return [outcome(client, article) for article in articles]


def remaining(client: Client, article: Article) -> int | None:
    """Return how many premium stories the response says are left, if it says."""
    told = visit(client, article).get("Paywall-Remaining")
    return int(told) if told is not None else None
