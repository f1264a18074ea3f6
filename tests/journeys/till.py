"""A newspaper whose readers pay at a sandbox that is reached over HTTP, and their way there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall.payments.models import StripeEvent
from paywall.tasks import sweep_stripe_events
from tests.journeys.conftest import emailed_code, ending_of
from tests.payments.shop import Newspaper, open_newspaper
from tests.stripe_sandbox import TEST_KEY, Sandbox
from tests.stripe_sandbox.wsgi import serve_in_thread

SECRET = "whsec_journeys"


@contextmanager
def open_till(settings: LazySettings, live_server: LiveServer) -> Iterator[Newspaper]:
    """Open it; what happens at the sandbox is told to the site when a test has it delivered."""
    sandbox = Sandbox(late_by=3600)
    stop = serve_in_thread(sandbox)
    settings.STRIPE_SECRET_KEY = TEST_KEY
    settings.STRIPE_API_BASE = sandbox.base_url
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    sandbox.webhooks.to_address(f"{live_server.url}/webhooks/stripe/", SECRET)
    yield open_newspaper(sandbox)
    stop()
    assert not sandbox.mismatches


def tell(paper: Newspaper) -> None:
    """Have the site told of what happened, and wait until it has handled that."""
    paper.sandbox.webhooks.deliver()
    sweep_stripe_events()
    assert not StripeEvent.objects.filter(handled_at=None).exists()


def sign_up(page: Page, email: str) -> None:
    """Give an address on the way to paying, and type the emailed code."""
    expect(page.get_by_role("heading", name="First, your email address")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(emailed_code())
    page.get_by_role("button", name="Confirm").click()


def sign_in(page: Page, email: str) -> None:
    """Sign in on the way to paying."""
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in", exact=True).click()


def choose(page: Page, name: str) -> None:
    """Go from the wall to the packages, and take the one of that name."""
    page.get_by_role("main").get_by_role("link", name="Subscribe now").click()
    page.get_by_role("link", name=re.compile(f": {name},")).click()


def press(page: Page) -> None:
    """Press the button beside the terms, which leads to Stripe."""
    page.get_by_role("button", name=re.compile("with Stripe$|free days?$")).click()
    expect(page).to_have_url(re.compile("/checkout/cs_"))


def pay(page: Page, number: str) -> None:
    """Type a card on Stripe's page, and press its button."""
    page.get_by_label("Card number or IBAN").fill(number)
    page.get_by_role("button", name=re.compile("^(Subscribe|Pay|Start trial)")).last.click()


def is_open(page: Page, article: Article) -> None:
    """Look whether the reader is on the story, and can read its end."""
    expect(page).to_have_url(re.compile(f"{article.get_absolute_url()}$"))
    expect(page.locator("body")).to_contain_text("Thank you, and welcome. The story is open")
    expect(page.locator("body")).to_contain_text(ending_of(1))
