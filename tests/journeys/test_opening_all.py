"""Marketing opens all stories until tomorrow, a stranger reads, and it ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall import clock
from tests.journeys.conftest import PHONE, ending_of, screenshot
from tests.making import make_reader

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_storm(
    visit: Callable[..., Page],
    live_server: LiveServer,
    client: Client,
    nine_stories: list[Article],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead = [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: timezone.now() + ahead[0])
    story = nine_stories[0].get_absolute_url()
    stranger = visit(story, viewport=PHONE)
    ending = stranger.get_by_text(ending_of(1))
    expect(stranger.get_by_role("heading", name="Keep reading")).to_be_visible()
    expect(ending).to_have_count(0)

    desk = open_admin(visit, live_server, client)
    desk.get_by_role("link", name="Open all stories").first.click()
    desk.locator("a.addlink", has_text="Open all stories").click()
    desk.get_by_label("Why").fill("Storm warning")
    desk.get_by_role("button", name="Open the stories").click()
    expect(desk.get_by_text("are open to everybody until")).to_be_visible()
    screenshot(desk, "all-stories-open")

    reload_until(stranger, lambda: ending.count() == 1)
    expect(stranger.get_by_text("This story is open to everybody for now.")).to_be_visible()
    screenshot(stranger, "a-story-in-a-storm")

    ahead[0] = timedelta(days=1, hours=1)
    reload_until(stranger, lambda: ending.count() == 0)
    expect(stranger.get_by_role("heading", name="Keep reading")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Ended by itself")).to_be_visible()


def open_admin(visit: Callable[..., Page], live_server: LiveServer, client: Client) -> Page:
    client.force_login(make_reader("marketing@example.com", is_staff=True, is_superuser=True))
    page = visit("/")
    cookie: Any = {
        "name": "session",
        "value": client.cookies["session"].value,
        "url": live_server.url,
    }
    page.context.add_cookies([cookie])
    page.goto("/admin/")
    return page


def reload_until(page: Page, done: Callable[[], bool]) -> None:
    """What is remembered of strangers' pages and rules lasts a second."""
    for _ in range(30):
        page.reload()
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.content())
