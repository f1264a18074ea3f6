"""Every page in both colour schemes against the rules of axe-core (WCAG 2.2 A and AA)."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from articles.models import Article
from tests.journeys.conftest import PHONE
from tests.payments.shop import Newspaper

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    "/sections/news/",
    "/stories/story-number-1/",
    "/subscribe/",
    "/activate/",
    "/account/closed/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no/such/page/",
]


OF_SUBSCRIBERS = ["/account/", "/account/switch/", "/account/cancel/", "/account/close/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(
    visit: Callable[..., Page], nine_stories: list[Article], scheme: str
) -> None:
    page = visit("/", color_scheme=scheme, viewport=PHONE)
    assert broken_on(page, PAGES) == {}


def broken_on(page: Page, paths: list[str]) -> dict[str, Any]:
    """Return what breaks a rule, by the page that it is on."""
    broken = {}
    for path in paths:
        page.goto(path)
        violations = Axe().run(page, options=RULES).response["violations"]
        if violations:
            broken[path] = [
                (found["id"], [node["html"] for node in found["nodes"]]) for found in violations
            ]
    return broken


def pages_of(subscriber: Page, paper: Newspaper) -> list[str]:
    """Show once more who one is, and return the pages that only a subscriber sees."""
    subscriber.goto("/account/close/")
    subscriber.get_by_label("Password").fill("correct horse")
    subscriber.get_by_role("button", name="Continue").click()
    switch = [f"/account/switch/{price.public_id}/" for price in (paper.sport, paper.year)]
    return OF_SUBSCRIBERS + switch


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_a_subscriber_breaks_a_rule(
    paper: Newspaper, arrive: Callable[..., Page], scheme: str
) -> None:
    customer = paper.customer(number="4000000000000341")  # fails at the first renewal
    paper.subscribe(customer)
    page = arrive(color_scheme=scheme, viewport=PHONE)
    assert broken_on(page, pages_of(page, paper)) == {}
    paper.advance(days=32)
    paper.update(customer)
    assert customer.subscriptions.get().status == "past_due"
    assert broken_on(page, ["/account/", "/account/cancel/"]) == {}


def test_no_page_of_a_subscriber_scrolls_sideways_on_a_small_phone(
    paper: Newspaper, arrive: Callable[..., Page]
) -> None:
    paper.subscribe(paper.customer())
    page = arrive(viewport={"width": 320, "height": 640})
    assert too_wide(page, pages_of(page, paper)) == {}


def too_wide(page: Page, paths: list[str]) -> dict[str, int]:
    """Return how wide the pages are that do not fit."""
    widths = {}
    for path in paths:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    return {path: width for path, width in widths.items() if width > 320}


def test_no_page_scrolls_sideways_on_a_small_phone(
    visit: Callable[..., Page], nine_stories: list[Article]
) -> None:
    page = visit("/", viewport={"width": 320, "height": 640})
    assert too_wide(page, PAGES) == {}
