"""A real browser in front of the real site."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from tests.making import make_article, make_section

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("REQUIRE_SERVICES"):
            pytest.fail("The journeys need Chromium: install it, or name it in CHROMIUM.")
        pytest.skip("No Chromium here: install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(
    browser: Browser, live_server: LiveServer, settings: object
) -> Iterator[Callable[..., Page]]:
    """Open a page of the site in a new browser of its own: `visit("/", **context_options)`."""
    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    contexts: list[BrowserContext] = []

    def open_page(path: str = "/", **options: object) -> Page:
        options = {"viewport": DESKTOP, **options}
        context = browser.new_context(base_url=live_server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def nine_stories(transactional_db: None) -> list[Article]:
    """Nine premium stories, the first the newest, the last paragraph of each unmistakable."""
    section, now = make_section("news"), timezone.now()
    return [
        make_article(
            f"story-number-{number}",
            section=section,
            text=text_of(number),
            published_at=now - timedelta(hours=number),
        )
        for number in range(1, 10)
    ]


def text_of(number: int) -> str:
    middle = "<p>The harbour was quiet that morning, and the clerk had time to count.</p>" * 8
    return f"{middle}<p>{ending_of(number)}</p>"


def ending_of(number: int) -> str:
    return f"That is how story number {number} ends."


def emailed_code() -> str:
    """Return the eight digits in the newest letter."""
    found = re.search(r"\b\d{4}[ -]?\d{4}\b", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[0]


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
