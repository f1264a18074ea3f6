"""What closes is closed at once, however warm the caches are."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.db import connections, transaction
from django.test import Client

from articles import stories
from articles.models import Article, ArticleBody
from articles.writing import write
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import strangers
from tests.gate.visiting import NOW, Clock, make_stories, outcomes, set_rule, sign_in
from tests.leaks.canaries import CANARY, leaked, make_premium
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

VISITORS: dict[str, Callable[[], Client]] = {
    "a stranger": Client,
    "a session that is over": lambda: Client(headers={"Cookie": "session=" + "a" * 32}),
    "a reader who opened seven": lambda: spent(),
}


def spent() -> Client:
    browser = sign_in(make_reader())
    assert outcomes(browser, make_stories(7)) == ["metered"] * 7
    return browser


def read(browser: Client, story: Article) -> list[str]:
    return leaked(browser.get(story.get_absolute_url()))


def save_with(**fields: object) -> Callable[[Article], object]:
    def change(story: Article) -> None:
        for name, value in fields.items():
            setattr(story, name, value)
        story.save()

    return change


def write_again(story: Article) -> None:
    story.access = "metered"
    write(story, ArticleBody.objects.get(article=story).html)


def start(story: Article) -> Article:
    """Return the same story as somebody else has it at hand."""
    return Article.objects.get(pk=story.pk)


CLOSINGS: dict[str, Callable[[Article], object]] = {
    "metered": save_with(access="metered"),
    "for subscribers": save_with(access="subscribers"),
    "no longer breaking": save_with(access="metered", free_until=NOW - timedelta(hours=1)),
    "put off": save_with(published_at=NOW + timedelta(days=1)),
    "written again": write_again,
    "deleted": Article.delete,
}


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize("visitor", VISITORS)
def test_a_free_story_closes_at_once(visitor: str, closing: str) -> None:
    story = make_premium(access="free")
    browser = VISITORS[visitor]()
    path = story.get_absolute_url()
    assert read(browser, story)
    assert read(Client(), story)
    CLOSINGS[closing](start(story))
    assert not leaked(browser.get(path))
    assert not leaked(Client().get(path))


@pytest.mark.parametrize("visitor", VISITORS)
def test_breaking_news_closes_at_its_moment(visitor: str, clock: Clock) -> None:
    story = make_premium(free_until=NOW + timedelta(minutes=30))
    browser = VISITORS[visitor]()
    clock.move(minutes=30, microseconds=-1)
    assert read(browser, story)
    assert read(Client(), story)
    clock.move(microseconds=1)
    assert not read(browser, story)
    assert not read(Client(), story)


def test_a_new_text_shows_its_own_opening_at_once() -> None:
    story = make_premium()
    page = Client().get(story.get_absolute_url()).content
    assert b"Opening 0" in page
    text = ArticleBody.objects.get(article=story).html
    write(start(story), text.replace("Opening 0", "Another beginning"))
    response = Client().get(story.get_absolute_url())
    assert b"Another beginning" in response.content
    assert not leaked(response)


def test_a_right_that_ends_closes_at_its_moment(clock: Clock) -> None:
    reader = make_reader()
    granting.give(reader, Source.COURTESY, starts_at=NOW, ends_at=NOW + timedelta(minutes=2))
    browser, story = sign_in(reader), make_premium(access="subscribers")
    assert read(browser, story)
    clock.move(minutes=2)
    assert not read(browser, story)


def test_a_right_that_is_withdrawn_closes_at_once() -> None:
    reader = make_reader()
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    browser, story = sign_in(reader), make_premium(access="subscribers")
    assert read(browser, story)
    granting.withdraw(given, at=NOW)
    assert not read(browser, story)


def test_what_one_reader_opened_is_closed_to_everybody_else() -> None:
    story = make_premium()
    other = spent()
    assert read(sign_in(make_reader()), story)
    assert not read(other, story)
    assert not read(Client(), story)


def test_what_a_stranger_opened_is_closed_to_the_next() -> None:
    set_rule(strangers=1)
    stories_of_the_day = [make_premium(), make_premium()]
    browser = Client()
    assert read(browser, stories_of_the_day[0])
    set_rule(strangers=0)
    assert not read(Client(), stories_of_the_day[0])
    assert read(browser, stories_of_the_day[0])
    assert not read(browser, stories_of_the_day[1])


def test_signing_out_closes() -> None:
    story = make_premium()
    browser = sign_in(make_reader())
    assert read(browser, story)
    browser.post("/accounts/logout/")
    assert not read(browser, story)


def test_staff_who_are_staff_no_more_see_no_more() -> None:
    reader = make_reader(is_staff=True)
    browser, story = sign_in(reader), make_premium(access="subscribers")
    assert read(browser, story)
    reader.is_staff = False
    reader.save()
    assert not read(browser, story)


@pytest.mark.parametrize("closed", ["the story", "its section"])
def test_what_nobody_told_this_process_of_closes_within_seconds(
    monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    """As when another process changed it, or a change of many went past the signals."""
    monkeypatch.setattr(stories, "REMEMBERED_FOR", 1)
    story = make_premium(access="free" if closed == "the story" else "")
    story.section.access = "free"
    story.section.save()
    assert read(Client(), story)
    if closed == "the story":
        Article.objects.update(access="metered")
    else:
        type(story.section).objects.update(access="metered")
    time.sleep(1.3)
    assert not read(Client(), story)
    assert stories.REMEMBERED_FOR + strangers.REMEMBERED_FOR < 10


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_remembered_page_holds_more_than_the_opening(
    monkeypatch: pytest.MonkeyPatch, visitor: str
) -> None:
    monkeypatch.setattr(stories, "REMEMBERED_FOR", 60)  # however slow the machine
    premium = [make_premium(), make_premium(access="subscribers")]
    browser = VISITORS[visitor]()
    for story in premium:
        read(sign_in(make_reader()), story)
        read(browser, story)
        read(Client(), story)
    for story in premium:
        remembered = stories.find(story.slug, now=NOW)
        assert len(remembered.pages) >= 2
        previews = [page.decode() for page in remembered.pages.values() if b"wall" in page]
        assert previews
        assert all("Opening 2" in page for page in previews)
        assert not [page for page in previews if CANARY.search(page)]
    assert len(strangers._pages) >= 2
    assert not [page for page in strangers._pages.values() if CANARY.search(page.content.decode())]


def test_a_page_made_while_the_story_closed_is_not_kept_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody loaded the free story before it closed, and answers after."""
    story = make_premium(access="free")
    before = stories.find(story.slug, now=NOW)
    save_with(access="metered")(start(story))
    with monkeypatch.context() as late:
        late.setattr(stories, "find", lambda *_args, **_kwargs: before)
        assert read(Client(), story)
    assert strangers._pages
    later = time.monotonic() + strangers.REMEMBERED_FOR
    monkeypatch.setattr(strangers, "time", SimpleNamespace(monotonic=lambda: later))
    assert not read(Client(), story)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_not_committed_yet_is_remembered_by_nobody_after_it_is() -> None:
    """Readers who ask between the change and its commit remember what was true until then."""
    story = make_premium(access="free")
    asked, told = Event(), []

    def ask_meanwhile() -> None:
        try:
            told.append(bool(read(Client(), story)))
        finally:
            connections.close_all()
            asked.set()

    with transaction.atomic():
        save_with(access="metered")(start(story))
        reader = Thread(target=ask_meanwhile)
        reader.start()
        assert asked.wait(10)
    reader.join()
    assert told == [True]
    assert not read(Client(), story)
    assert not read(spent(), story)
