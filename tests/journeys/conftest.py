"""A real browser in front of the real site."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall import clock
from paywall.payments import gateway
from tests.making import make_article, make_section
from tests.payments.shop import Newspaper, open_newspaper
from tests.payments.telling import SECRET, post
from tests.stripe_sandbox import TEST_KEY, InProcessClient, Sandbox
from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.wsgi import serve_in_thread

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(
        None,
        map(
            shutil.which,
            # The first has no windows to draw, which takes a third less time.
            ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        ),
    ),
    None,
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


def signed_in(visit: Callable[..., Page], email: str, path: str) -> Page:
    """Open a page as somebody who signs in first."""
    page = visit(f"/accounts/login/?next={path}")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def paper(
    settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[Newspaper]:
    """Open a newspaper by the clock of a sandbox whose pages a browser reaches."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = TEST_KEY, SECRET
    sandbox = Sandbox(datetime.now(UTC).replace(microsecond=0))
    monkeypatch.setattr(gateway, "http_client", lambda: InProcessClient(sandbox))
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    monkeypatch.setattr(clock, "now", lambda: moment(sandbox.now))
    sandbox.webhooks.to_function(post, SECRET)
    stop = serve_in_thread(sandbox)
    yield open_newspaper(sandbox)
    stop()
    assert not sandbox.mismatches


@pytest.fixture
def arrive(visit: Callable[..., Page], paper: Newspaper) -> Callable[..., Page]:
    """Return a way for a subscriber to sign in and come to the account page."""

    def come(**options: Any) -> Page:
        page = visit("/accounts/login/?next=/account/", **options)
        page.get_by_label("Email address").fill("reader@example.com")
        page.get_by_label("Password").fill("correct horse")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        return page

    return come
