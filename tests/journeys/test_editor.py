"""An editor writes a story for subscribers, sees its wall, and meets no more than is theirs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, ending_of, screenshot, signed_in, text_of
from tests.journeys.rules import broken_rules
from tests.making import make_section
from tests.staff.desk import colleague

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_editor_publishes_a_story_and_finds_the_rest_closed(visit: Callable[..., Page]) -> None:
    make_section("news", name="News")
    colleague("editor")
    page = signed_in(visit, "editor@example.com", "/admin/")
    start = page.get_by_role("region", name="What you can do here")
    expect(start.get_by_role("term")).to_have_text(
        ["What it earns", "Open all stories", "Stories", "Sections", "Words of the wall"]
    )
    assert not broken_rules(page)
    screenshot(page, "editor-start")

    start.get_by_role("link", name="Stories", exact=True).click()
    page.get_by_role("link", name="Add story").first.click()
    page.get_by_label("Headline").fill("The mayor’s secret harbour")
    page.get_by_label("Section").select_option("News")
    page.get_by_label("Genre").select_option("Story")
    page.get_by_label("Access").select_option(label="Subscribers only")
    page.get_by_label("Text", exact=True).fill(text_of(1))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()

    stranger = visit("/stories/the-mayors-secret-harbour/", viewport=PHONE)
    expect(stranger.get_by_role("heading", name="This one is for subscribers.")).to_be_visible()
    expect(stranger.get_by_text(ending_of(1))).to_have_count(0)

    page.goto("/admin/accounts/reader/desk/")
    expect(page.get_by_text("None of your groups may open it.")).to_be_visible()
    expect(page.get_by_role("link", name="See what you can do here")).to_be_visible()
