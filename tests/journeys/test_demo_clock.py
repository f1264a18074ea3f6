"""The demonstration's clock: a jump at the sandbox begins a new month in the newspaper."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from articles.models import Article
from config.demo.clock import ASKED_EVERY
from tests.journeys.conftest import ending_of, screenshot
from tests.making import make_reader
from tests.stripe_sandbox import Sandbox
from tests.stripe_sandbox.wsgi import serve_in_thread

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sandbox(settings: LazySettings) -> Iterator[Sandbox]:
    """Serve a sandbox whose clock the site follows, as beside the demonstration."""
    sandbox = Sandbox()
    stop = serve_in_thread(sandbox)
    settings.CLOCK = "config.demo.clock.now"
    settings.STRIPE_API_BASE = sandbox.base_url
    yield sandbox
    stop()


def test_who_has_opened_seven_reads_on_after_a_jump_of_a_month(
    visit: Callable[..., Page], nine_stories: list[Article], sandbox: Sandbox
) -> None:
    make_reader("ada@example.com")
    page = visit("/accounts/login/")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    for article in nine_stories:
        page.goto(article.get_absolute_url())
    expect(page.locator("body")).not_to_contain_text(ending_of(9))

    sandbox.shop_url = page.url
    page.goto(f"{sandbox.base_url}/clock")
    page.get_by_role("button", name="A month on").click()
    page.get_by_role("link", name="To the newspaper").click()
    time.sleep(ASKED_EVERY)
    page.reload()
    expect(page.locator("body")).to_contain_text(ending_of(9))
    expect(page.locator("body")).to_contain_text("6 of 7 free premium stories left this month")
    page.goto("/")
    month = datetime.fromtimestamp(sandbox.now, UTC)
    expect(page.locator(".masthead__date")).to_contain_text(f"{month:%B %Y}")
    screenshot(page, "month-later")
