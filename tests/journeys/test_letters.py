"""Letters as a mailbox shows them, and the page on which some are stopped."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Reader
from paywall.letters import stopping
from tests.journeys.conftest import PHONE, screenshot
from tests.journeys.rules import broken_rules
from tests.letters.samples import DUE, sample
from tests.making import make_reader

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_letters_are_readable_on_any_screen(browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page, reader = context.new_page(), Reader(email="reader@example.com")
    broken = {}
    for name in DUE:
        page.set_content(sample(name, reader).html)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        screenshot(page, f"letter-{name}")
        # A letter is no page of a site: it needs no landmarks.
        rules = [found for found in broken_rules(page) if not found[0].startswith(LANDMARKS)]
        if rules:
            broken[name] = rules
    context.close()
    assert broken == {}


LANDMARKS = ("landmark", "region")


def test_letters_are_stopped_with_one_button(visit: Callable[..., Page]) -> None:
    page, reader = visit("/", viewport=PHONE), make_reader()
    page.goto(stopping.address_for(reader))
    screenshot(page, "stop-letters")
    assert broken_rules(page) == []
    page.get_by_role("button", name="Stop these emails").click()
    expect(page.get_by_role("heading", name="You get no more of these emails")).to_be_visible()
    screenshot(page, "stopped-letters")
    assert broken_rules(page) == []
    assert not stopping.wants(reader)
