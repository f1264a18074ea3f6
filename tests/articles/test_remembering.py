"""What is remembered of a story is young, and a page made for one reader is right for the next."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import messages
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponse
from django.test import Client, RequestFactory

from articles import stories
from articles.models import Article, ArticleBody
from articles.writing import write
from paywall.catalog.models import Section
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import strangers
from paywall.metering import rules
from tests.gate.visiting import (
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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(NOW)
    monkeypatch.setattr("paywall.clock.now", lambda: clock.now)
    return clock


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Turn the clock of seconds that memories look at."""
    late = [0.0]
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + late[0])

    def wait(seconds: float) -> None:
        late[0] += seconds

    return wait


def subscriber() -> Client:
    reader = make_reader()
    granting.give(reader, Source.COURTESY, starts_at=NOW)
    return sign_in(reader)


VISITORS: dict[str, Callable[[], Client]] = {
    "a stranger": Client,
    "a subscriber": subscriber,
    "a reader": lambda: sign_in(make_reader()),
}


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_change_made_elsewhere_is_seen_within_a_second(
    visitor: str, wait: Callable[[float], None]
) -> None:
    browser, story = VISITORS[visitor](), make_story(access="free")
    visit(browser, story)
    ArticleBody.objects.update(html="<p>Another text altogether.</p>")
    Article.objects.update(headline="Another headline")
    wait(1)
    page = visit(browser, story).text
    assert "Another text altogether" in page
    assert "Another headline" in page


def test_a_story_closed_elsewhere_is_closed_to_all_within_a_second(
    wait: Callable[[float], None],
) -> None:
    """A stranger's page is made of the story at its oldest, and kept for as long as may be."""
    story = make_story(access="free")
    assert outcome(Client(), story) == "free"
    Article.objects.update(access="subscribers")
    wait(stories.REMEMBERED_FOR - 0.001)
    outcome(Client(), story)
    wait(1 - stories.REMEMBERED_FOR)
    assert outcome(Client(), story) == "sign_in"
    assert outcome(sign_in(make_reader()), story) == "subscribers_only"


def test_all_that_strangers_are_shown_is_younger_than_a_second() -> None:
    assert stories.REMEMBERED_FOR + strangers.REMEMBERED_FOR <= 1
    assert rules.REMEMBERED_FOR + strangers.REMEMBERED_FOR <= 1


def test_the_age_is_counted_from_the_question(
    wait: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, story = subscriber(), make_story()
    load = stories._load

    def load_slowly(slug: str, *, with_text: bool) -> stories.Remembered | None:
        loaded = load(slug, with_text=with_text)
        Article.objects.update(headline="Changed while it was loaded")
        wait(1)
        return loaded

    with monkeypatch.context() as slow:
        slow.setattr(stories, "_load", load_slowly)
        visit(browser, story)
    assert "Changed while it was loaded" in visit(browser, story).text


def test_a_change_made_here_is_seen_at_once() -> None:
    browser, story = sign_in(make_reader()), make_story()
    assert outcome(browser, story) == "metered"
    write(story, "<p>Another text altogether.</p>")
    assert "Another text altogether" in visit(browser, story).text
    section = Section.objects.get()
    section.access = "subscribers"
    section.save()
    assert outcome(browser, story) == "subscribers_only"


def test_a_story_that_is_deleted_is_gone_at_once() -> None:
    browser, story = subscriber(), make_story()
    visit(browser, story)
    Article.objects.get().delete()
    assert visit(browser, story).status_code == 404


def read_by(browser: Client, story: Article, *, remembered: bool) -> bytes:
    if not remembered:
        stories.clear()
    return visit(browser, story).content


def test_who_are_told_the_same_get_the_same_page_to_the_byte() -> None:
    opened, refused = make_story(), make_story(access="subscribers")
    readers = [sign_in(make_reader()) for _ in range(2)]
    for reader in readers:
        outcome(reader, opened)
    for story, pair in [
        (opened, readers),
        (refused, readers),
        (opened, [subscriber(), subscriber()]),
    ]:
        pages = {
            read_by(browser, story, remembered=remembered)
            for browser in pair
            for remembered in (True, False)
        }
        assert len(pages) == 1


def test_each_reader_is_told_what_is_left_to_that_reader() -> None:
    several = make_stories(3)
    one, other = sign_in(make_reader()), sign_in(make_reader())
    outcomes(one, several[1:])
    assert outcomes(one, several[:1]) == outcomes(other, several[:1]) == ["metered"]
    assert "4 of 7 free" in visit(one, several[0]).text
    assert "6 of 7 free" in visit(other, several[0]).text


def test_an_opened_page_is_given_to_nobody_it_is_closed_to() -> None:
    story, others = make_story(), make_stories(7)
    spent = sign_in(make_reader())
    outcomes(spent, others)
    for _ in range(2):
        assert outcome(subscriber(), story) == "entitled"
        assert outcome(sign_in(make_reader(is_staff=True)), story) == "previewing"
        assert outcome(spent, story) == "meter_spent"
        assert outcome(Client(), story) == "sign_in"
        assert "member of staff" not in visit(subscriber(), story).text


def test_a_page_knows_when_a_freedom_ends(clock: Clock) -> None:
    story = make_story(free_until=NOW + timedelta(hours=1))
    reader = sign_in(make_reader())
    assert '"isAccessibleForFree":true' in visit(reader, story).text
    clock.move(hours=1)
    assert '"isAccessibleForFree":false' in visit(reader, story).text


def test_the_offer_of_an_account_names_the_rule_in_force() -> None:
    story = make_story(access="subscribers")
    stale = Client(headers={"Cookie": "session=abcdefghijklmnopqrstuvwxyz012345"})
    assert "7 premium stories" in visit(stale, story).text
    set_rule(readers=5)
    assert "5 premium stories" in visit(stale, story).text


def test_a_message_is_for_one_reader_and_shown_once() -> None:
    story = make_story()
    told, other = subscriber(), subscriber()
    visit(other, story)
    leave_message(told, "Only for you")
    assert "Only for you" not in visit(other, story).text
    assert "Only for you" in visit(told, story).text
    for browser in (told, other):
        assert "Only for you" not in visit(browser, story).text


def leave_message(browser: Client, text: str) -> None:
    """Leave a message for the next page, as a form does that redirects there."""
    request = RequestFactory().get("/")
    request.session = browser.session
    storage = SessionStorage(request)
    storage.add(messages.INFO, text)
    storage.update(HttpResponse())
    request.session.save()
