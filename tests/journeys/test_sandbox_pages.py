"""The sandbox's pages as somebody trying the demonstration meets them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, screenshot
from tests.journeys.rules import broken_on
from tests.stripe_sandbox.making import Shop, opened

pytestmark = pytest.mark.journey
ACCOUNT = "/clock?account"  # stands in for the newspaper's page, which is not served here


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened("over HTTP", start=None) as made:
        yield made


@pytest.fixture
def browse(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, without scripts."""
    contexts = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_somebody_subscribes_falls_behind_and_pays(shop: Shop, browse: Callable[..., Page]) -> None:
    base = shop.sandbox.base_url
    session = shop.checkout(success_url=f"{base}{ACCOUNT}", allow_promotion_codes=True)
    page = browse(session.url, java_script_enabled=False)
    page.get_by_label("Email").fill("reader@example.com")
    page.get_by_role("button", name="Is declined").click()
    page.get_by_label("Security code").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    screenshot(page, "sandbox-declined")
    page.get_by_role("button", name="Pays now, fails at renewal").click()
    expect(page.get_by_label("Email")).to_have_value("reader@example.com")
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_url(f"{base}{ACCOUNT}")
    page.get_by_role("button", name="A month on").click()
    expect(page.get_by_role("status")).to_contain_text(
        "reader@example.com could not be charged ($12.00)"
    )
    screenshot(page, "sandbox-clock")
    [subscription] = shop.v1.subscriptions.list().data
    portal = shop.v1.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": f"{base}{ACCOUNT}"}
    )
    page.goto(portal.url)
    page.get_by_role("link", name="Pay the $12.00 due now").click()
    page.get_by_role("button", name="Asks its owner to confirm once").click()
    page.get_by_role("button", name="Pay $12.00").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("paid")).to_be_visible()
    page.goto(portal.url)
    expect(page.get_by_text("Visa ending in 3155")).to_be_visible()
    page.get_by_role("link", name="Return to the newspaper").click()
    page.wait_for_url(f"{base}{ACCOUNT}")
    assert shop.subscription(subscription.id).status == "active"


def test_no_page_of_it_breaks_a_rule_or_scrolls_sideways(
    shop: Shop, browse: Callable[..., Page]
) -> None:
    subscription = shop.subscribe(number="4000000000000341")
    session = shop.checkout(allow_promotion_codes=True)
    shop.sandbox.advance(days=32)
    invoice = shop.invoices(subscription)[-1]
    bank = shop.subscribe(number="4000002760003184", payment_behavior="default_incomplete")
    asks = shop.subscription(bank.id, "latest_invoice.payments").latest_invoice.payments.data[0]
    customer = {"customer": subscription.customer, "return_url": "https://paper.example/"}
    portal = shop.v1.billing_portal.sessions.create(customer).url
    base = shop.sandbox.base_url
    pages = {
        "checkout": shop.checkout(allow_promotion_codes=True).url,
        "expired": session.url,
        "portal": portal,
        "cancel": f"{portal}/subscription_cancel?subscription={subscription.id}",
        "card": f"{portal}/payment_method_update",
        "invoice": invoice.hosted_invoice_url,
        "bank": f"{base}/authenticate/{asks.payment.payment_intent}",
        "clock": f"{base}/clock?since=1",
    }
    page = browse(pages["checkout"], viewport=PHONE)
    assert broken_on(page, pages.values()) == {}
