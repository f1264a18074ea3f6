"""What a subscriber does on the account page, with the sandbox's own pages behind it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, screenshot
from tests.payments.shop import Newspaper
from tests.payments.telling import handle_all

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FAILS_LATER = "4000000000000341"
SCREENS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


def notices(page: Page) -> Any:
    return page.get_by_role("status")


def name_of(page: Page, what: str) -> str:
    width = (page.viewport_size or {"width": 0})["width"]
    return f"account-{what}-{width}"


def shot(page: Page, what: str) -> None:
    page.wait_for_load_state()  # between two pages there is no document to measure
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    screenshot(page, name_of(page, what))


@SCREENS
def test_up_for_the_exact_amount(
    paper: Newspaper, arrive: Callable[..., Page], viewport: Any
) -> None:
    subscription = paper.subscribe(paper.customer(), paper.sport)
    paper.advance(days=9)
    page = arrive(viewport=viewport)
    shot(page, "subscriber")
    page.get_by_role("link", name="Switch package, or how often you pay").click()
    shot(page, "switches")
    page.get_by_role("link", name="Everything, €12.00 a month").click()
    button = page.get_by_role("button", name="Switch and pay €")
    amount = re.findall(r"€([\d.]+)", button.inner_text())[0]
    shot(page, "switch-up")
    button.click()
    expect(notices(page)).to_contain_text("Done. You have Everything, €12.00 a month, from now on.")
    shot(page, "switched")
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert f"{invoice.amount_paid / 100:.2f}" == amount
    expect(page.locator("#invoices ~ ul")).to_contain_text(f"€{amount}")


@SCREENS
def test_down_waits_and_is_called_off(
    paper: Newspaper, arrive: Callable[..., Page], viewport: Any
) -> None:
    subscription = paper.subscribe(paper.customer())
    page = arrive(viewport=viewport)
    page.get_by_role("link", name="Switch package, or how often you pay").click()
    page.get_by_role("link", name="Sport, €5.00 a month").click()
    shot(page, "switch-down")
    page.get_by_role("button", name="Switch", exact=True).click()
    expect(notices(page)).to_contain_text(
        "You switch to Sport, €5.00 a month, when the time you paid for is over"
    )
    shot(page, "waiting")
    page.get_by_role("button", name="Stay with Everything").click()
    expect(notices(page)).to_contain_text("You stay with Everything, €12.00 a month.")
    subscription.refresh_from_db()
    assert subscription.next_price is None


@SCREENS
def test_cancelled_in_two_clicks_and_taken_back_in_one(
    paper: Newspaper, arrive: Callable[..., Page], viewport: Any
) -> None:
    subscription = paper.subscribe(paper.customer())
    page = arrive(viewport=viewport)
    page.get_by_role("link", name="Cancel your subscription").click()
    shot(page, "cancel")
    page.get_by_role("button", name="Cancel my subscription").click()
    expect(notices(page)).to_contain_text("Your subscription is cancelled.")
    shot(page, "cancelled")
    page.get_by_role("button", name="Keep my subscription").click()
    expect(notices(page)).to_contain_text("Your subscription goes on.")
    subscription.refresh_from_db()
    assert subscription.cancels_at is None


@SCREENS
def test_a_failed_payment_is_paid_at_once(
    paper: Newspaper, arrive: Callable[..., Page], viewport: Any
) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    page = arrive(viewport=viewport)
    expect(page.get_by_text("We could not take the payment of €12.00")).to_be_visible()
    shot(page, "failed")
    page.get_by_role("link", name="Pay €12.00 now").first.click()
    pay_invoice(page)
    paper.sandbox.webhooks.deliver()
    handle_all(paper)  # what no worker is there for, with Redis
    page.goto("/account/")
    expect(page.get_by_text("We could not take the payment")).to_have_count(0)
    expect(page.get_by_text("Next payment")).to_be_visible()
    subscription.refresh_from_db()
    assert subscription.status == "active"


def pay_invoice(page: Page) -> None:
    """Fill in the card on Stripe's page of an invoice."""
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label(re.compile("Expiry|Expires")).fill("12 / 40")
    page.get_by_label(re.compile("CVC|Security code")).fill("123")
    page.get_by_role("button", name=re.compile("^Pay .?[0-9]")).click()
    expect(page.get_by_text(re.compile("paid", re.IGNORECASE)).first).to_be_visible()


def test_another_card(paper: Newspaper, arrive: Callable[..., Page]) -> None:
    paper.subscribe(paper.customer())
    page = arrive(viewport=PHONE)
    page.get_by_role("button", name="Change your card").click()
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.get_by_label(re.compile("Expiry|Expires")).fill("03 / 41")
    page.get_by_label(re.compile("CVC|Security code")).fill("123")
    page.get_by_role("button", name="Save card").click()
    expect(notices(page)).to_contain_text("Your next payments are charged to this card.")
    expect(page.get_by_text("Mastercard ending in 4444, valid until March 2041")).to_be_visible()


@SCREENS
def test_the_account_is_closed(
    paper: Newspaper, arrive: Callable[..., Page], viewport: Any
) -> None:
    subscription = paper.subscribe(paper.customer())
    page = arrive(viewport=viewport)
    page.get_by_role("link", name="Close your account").click()
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Continue").click()
    shot(page, "close")
    page.get_by_role("button", name="Close my account for good").click()
    expect(page.get_by_role("heading", name="Your account is closed")).to_be_visible()
    shot(page, "closed")
    page.goto("/account/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
