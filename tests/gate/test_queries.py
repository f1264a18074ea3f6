"""How many questions a page asks of the database; transaction statements are none."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Reader
from articles import stories
from articles.models import Article
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import facts, strangers
from paywall.metering import rules
from tests.gate.visiting import NOW, make_stories, make_story, outcome, set_rule, sign_in
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

REREAD = 1 if settings.REDIS_URL else 5  # the reader's row; the session and others without Redis
FIRST_VIEW = REREAD + 4

TRANSACTION = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE SAVEPOINT")


@pytest.fixture(autouse=True)
def _nothing_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is remembered for seconds from ageing on a slow machine."""
    monkeypatch.setattr(rules, "REMEMBERED_FOR", 3600)
    monkeypatch.setattr(stories, "REMEMBERED_FOR", 3600)


def asked_by(view: Callable[[], object]) -> list[str]:
    """Return the statements that a view sends, without those that only bound transactions."""
    with CaptureQueriesContext(connection) as captured:
        view()
    statements = [str(query["sql"]) for query in captured.captured_queries]
    return [sql for sql in statements if not TRANSACTION.match(sql)]


def asked_for(browser: Client, article: Article, word: str) -> list[str]:
    return asked_by(lambda: expect(browser, article, word))


def expect(browser: Client, article: Article, word: str) -> None:
    assert outcome(browser, article) == word


def subscriber() -> Reader:
    reader = make_reader()
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW, sections=[make_story().section])
    return reader


@pytest.mark.parametrize("age", [0.2, 0.0], ids=["in the same moment", "later"])
@pytest.mark.parametrize("access", ["metered", "subscribers", "free"])
def test_a_strangers_page_asks_nothing_once_somebody_saw_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, access: str, age: float
) -> None:
    monkeypatch.setattr(strangers, "REMEMBERED_FOR", age)
    story = make_story(access=access)
    word = "free" if access == "free" else "sign_in"
    expect(client, story, word)
    expect(client, story, word)
    assert asked_for(client, story, word) == []
    assert asked_for(Client(), story, word) == []


def test_reading_again_asks_for_the_reader() -> None:
    browser, story = sign_in(make_reader()), make_story()
    expect(browser, story, "metered")
    expect(browser, story, "read_before")
    asked = asked_for(browser, story, "read_before")
    assert len(asked) <= REREAD, asked


def test_a_subscriber_asks_no_more_than_that() -> None:
    browser, story = sign_in(subscriber()), make_story()
    expect(browser, story, "entitled")
    asked = asked_for(browser, story, "entitled")
    assert len(asked) <= REREAD, asked


def test_being_refused_asks_no_more_than_that() -> None:
    browser, opened = sign_in(make_reader()), make_stories(8)
    for story in opened[:7]:
        expect(browser, story, "metered")
    expect(browser, opened[7], "meter_spent")
    asked = asked_for(browser, opened[7], "meter_spent")
    assert len(asked) <= REREAD, asked


def test_a_first_view_asks_four_more_at_most() -> None:
    browser, (story, another) = sign_in(make_reader()), make_stories(2)
    expect(browser, story, "metered")
    expect(browser, story, "read_before")
    asked = asked_for(browser, another, "metered")
    assert len(asked) <= FIRST_VIEW, asked


def test_a_subscribers_first_view_asks_for_the_story_besides() -> None:
    browser, (story, another) = sign_in(subscriber()), make_stories(2)
    expect(browser, story, "entitled")
    asked = asked_for(browser, another, "entitled")
    assert len(asked) <= REREAD + 1, asked


def test_one_first_view_right_after_another_asks_no_more_than_that(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    browser, (story, another) = sign_in(make_reader()), make_stories(2)
    with django_capture_on_commit_callbacks(execute=True):
        expect(browser, story, "metered")
    asked = asked_for(browser, another, "metered")
    assert len(asked) <= FIRST_VIEW, asked


def test_a_reader_nothing_is_remembered_of_costs_little_more() -> None:
    browser, story = sign_in(make_reader()), make_story()
    expect(browser, story, "metered")
    cache.clear()  # the session
    facts.clear()
    stories.clear()
    rules.forget()
    asked = asked_for(browser, story, "read_before")
    assert len(asked) <= 6, asked  # session, reader, story, rules, rights and meter, sections


def test_a_strangers_first_view_asks_little(client: Client) -> None:
    set_rule(strangers=3)
    first, again = make_stories(2)
    expect(client, first, "metered")
    asked = asked_for(client, again, "metered")
    assert len(asked) <= 6, asked  # story, text, meter, count, read, readers
    asked = asked_for(client, again, "read_before")
    assert len(asked) <= 1, asked
