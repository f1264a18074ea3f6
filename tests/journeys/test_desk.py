"""The helpdesk answers a call: why is spent@example.com blocked, and a week for them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from articles.models import Article
from tests.journeys.conftest import PHONE, screenshot, signed_in
from tests.making import make_reader
from tests.staff.desk import colleague

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_the_helpdesk_says_why_and_gives_a_week(
    visit: Callable[..., Page], nine_stories: list[Article]
) -> None:
    make_reader("spent@example.com")
    colleague("helpdesk")
    reading = signed_in(visit, "spent@example.com", "/")
    for story in nine_stories[:8]:
        reading.goto(story.get_absolute_url())
    closed = reading.url
    desk = signed_in(visit, "helpdesk@example.com", "/admin/")
    desk.get_by_role("link", name="Find a reader").first.click()
    desk.get_by_label("Email address, name").fill("spent@")
    desk.get_by_role("button", name="Find").click()
    expect(desk.get_by_text("All 7 free stories of the month are used")).to_be_visible()
    desk.get_by_label("The story’s address").fill(closed)
    desk.get_by_role("button", name="Ask the gate").click()
    expect(
        desk.get_by_text("Blocked: this month’s free stories are used up.").first
    ).to_be_visible()
    screenshot(desk, "desk-why")
    desk.get_by_role("link", name="Give courtesy access").click()
    desk.get_by_label("Why").fill("Rang: the paper was not delivered.")
    desk.get_by_role("button", name="Give courtesy access").click()
    expect(desk.get_by_text("Reads everything by courtesy of the paper")).to_be_visible()
    expect(desk.get_by_text("Rang: the paper was not delivered.")).to_be_visible()
    for size in (PHONE, {"width": 1280, "height": 900}):
        desk.set_viewport_size(size)  # type: ignore[arg-type]
        assert desk.evaluate("document.documentElement.scrollWidth") <= size["width"]
        screenshot(desk, f"desk-{size['width']}")
    reading.reload()
    expect(reading.get_by_text("That is how story number 8 ends.")).to_be_visible()
