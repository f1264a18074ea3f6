"""Every page in both colour schemes against the rules of axe-core (WCAG 2.2 A and AA)."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from articles.models import Article
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    "/sections/news/",
    "/stories/story-number-1/",
    "/subscribe/",
    "/activate/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no/such/page/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(
    visit: Callable[..., Page], nine_stories: list[Article], scheme: str
) -> None:
    page = visit("/", color_scheme=scheme, viewport=PHONE)
    broken = {}
    for path in PAGES:
        page.goto(path)
        violations = Axe().run(page, options=RULES).response["violations"]
        if violations:
            broken[path] = [
                (found["id"], [node["html"] for node in found["nodes"]]) for found in violations
            ]
    assert broken == {}


def test_no_page_scrolls_sideways_on_a_small_phone(
    visit: Callable[..., Page], nine_stories: list[Article]
) -> None:
    page = visit("/", viewport={"width": 320, "height": 640})
    for path in PAGES:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, f"{path} is {width} pixels wide"
