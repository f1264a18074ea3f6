"""From the wall to the open story, by way of Stripe's page, with every card of the sandbox."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
import stripe
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall.payments.models import CheckoutAttempt, StripeEvent
from paywall.subscriptions.models import Customer, Purchase, Subscription
from tests.journeys.conftest import DESKTOP, PHONE, ending_of, screenshot
from tests.journeys.till import choose, is_open, open_till, pay, press, sign_in, sign_up, tell
from tests.making import make_reader
from tests.payments.shop import GOOD, Newspaper

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
MINUTE = 60
DECLINED, POOR, EXPIRED = "4000000000000002", "4000000000009995", "4000000000000069"
ASKS_ONCE, ASKS_ALWAYS = "4000002500003155", "4000002760003184"
LATE, LATE_FAILURE = "DE89370400440532013000", "DE62370400440532013001"


@pytest.fixture
def paper(
    settings: LazySettings, live_server: LiveServer, transactional_db: None
) -> Iterator[Newspaper]:
    """Open a newspaper beside a sandbox that is reached over HTTP."""
    with open_till(settings, live_server) as paper:
        yield paper


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_stranger_pays_and_reads_on_in_under_a_minute(
    visit: Visit, nine_stories: list[Article], paper: Newspaper, viewport: dict[str, int]
) -> None:
    began, width = time.monotonic(), viewport["width"]
    page = visit(nine_stories[0].get_absolute_url(), viewport=viewport)
    expect(page.locator("body")).not_to_contain_text(ending_of(1))
    page.get_by_role("main").get_by_role("link", name="Subscribe now").click()
    screenshot(page, f"packages-{width}")
    page.get_by_role("link", name=": Everything, €12.00 a month").click()
    screenshot(page, f"sign-up-{width}")
    sign_up(page, "ada@example.com")
    expect(page.get_by_role("heading", name="Everything")).to_be_visible()
    screenshot(page, f"order-{width}")
    press(page)
    screenshot(page, f"checkout-{width}")
    pay(page, GOOD)
    is_open(page, nine_stories[0])
    screenshot(page, f"thanks-{width}")
    assert time.monotonic() - began < MINUTE
    assert not StripeEvent.objects.exists()  # no webhook was waited for

    tell(paper)
    page.reload()
    expect(page.locator("body")).to_contain_text(ending_of(1))
    expect(page.locator("body")).not_to_contain_text("Thank you, and welcome")
    assert Subscription.objects.get().invoices.get().amount_paid == 1200
    page.goto("/subscribe/")
    expect(page.locator("body")).to_contain_text("You have this.")
    screenshot(page, f"packages-held-{width}")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (DECLINED, "Your card was declined."),
        (POOR, "Your card has insufficient funds."),
        (EXPIRED, "Your card has expired."),
    ],
    ids=["declined", "insufficient funds", "expired"],
)
def test_a_card_that_is_refused_is_followed_by_a_good_one(
    visit: Visit, nine_stories: list[Article], paper: Newspaper, number: str, says: str
) -> None:
    make_reader("ada@example.com")
    page = visit(nine_stories[0].get_absolute_url())
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    press(page)
    pay(page, number)
    expect(page.locator("body")).to_contain_text(says)
    tell(paper)
    pay(page, GOOD)
    is_open(page, nine_stories[0])
    assert Subscription.objects.get().status == "active"


@pytest.mark.parametrize("number", [ASKS_ONCE, ASKS_ALWAYS], ids=["once", "always"])
def test_a_bank_that_asks_first_is_answered(
    visit: Visit, nine_stories: list[Article], paper: Newspaper, number: str
) -> None:
    make_reader("ada@example.com")
    page = visit(nine_stories[0].get_absolute_url())
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    press(page)
    pay(page, number)
    page.get_by_role("button", name="Confirm").click()
    is_open(page, nine_stories[0])


@pytest.mark.parametrize("number", [LATE, LATE_FAILURE], ids=["pays late", "fails late"])
def test_a_pass_whose_money_comes_late_opens_when_it_is_there(
    visit: Visit, nine_stories: list[Article], paper: Newspaper, number: str
) -> None:
    make_reader("ada@example.com")
    address = nine_stories[0].get_absolute_url()
    page = visit(address)
    choose(page, "A day")
    sign_in(page, "ada@example.com")
    press(page)
    pay(page, number)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Thank you. Your payment is on its way"
    )
    screenshot(page, "on-its-way")
    choice = f"/subscribe/{paper.day.public_id}/?next={address}"
    page.goto(choice)
    expect(page.locator("body")).to_contain_text("your bank is still on it")
    screenshot(page, "ordered-already")

    paper.advance(hours=2)
    tell(paper)
    bought = Purchase.objects.get()
    page.goto(choice)
    if number == LATE:
        assert bought.paid_at
        expect(page.locator("body")).to_contain_text("You read all of this already")
        screenshot(page, "read-already")
    else:
        assert bought.failed
        expect(page.get_by_role("button", name="Pay €3.00 with Stripe")).to_be_visible()


def test_going_back_from_stripe_keeps_the_choice_and_the_story(
    visit: Visit, nine_stories: list[Article], paper: Newspaper
) -> None:
    make_reader("ada@example.com")
    address = nine_stories[0].get_absolute_url()
    page = visit(address, java_script_enabled=False)
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    press(page)
    page.get_by_role("link", name=re.compile("back", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything")
    press(page)
    pay(page, GOOD)
    is_open(page, nine_stories[0])
    assert CheckoutAttempt.objects.count() == Customer.objects.count() == 1


def test_two_tabs_pay_once(visit: Visit, nine_stories: list[Article], paper: Newspaper) -> None:
    make_reader("ada@example.com")
    page = visit(nine_stories[0].get_absolute_url())
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    order = page.url
    second = page.context.new_page()
    second.goto(order)
    press(page)
    press(second)
    assert page.url == second.url
    third = page.context.new_page()
    third.goto(order)
    pay(page, GOOD)
    is_open(page, nine_stories[0])
    second.reload()
    expect(second.locator("body")).to_contain_text("Paid")
    third.get_by_role("button", name="Pay €12.00 with Stripe").click()
    expect(third.locator("body")).to_contain_text("You have this already")
    screenshot(third, "have-this-already")
    assert Subscription.objects.get().invoices.get().amount_paid == 1200


def test_stripe_away_is_said_on_the_page_and_reading_goes_on(
    visit: Visit,
    nine_stories: list[Article],
    paper: Newspaper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_reader("ada@example.com")
    page = visit(nine_stories[0].get_absolute_url())
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    fault = paper.sandbox.faults.add("error", times=3)
    page.get_by_role("button", name="Pay €12.00 with Stripe").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged")
    screenshot(page, "stripe-away")
    assert not fault.times
    press(page)
    paper.sandbox.faults.add("error", times=3, path="/v1/checkout/sessions/cs_")
    pay(page, GOOD)
    expect(page.get_by_role("heading", level=1)).to_have_text("One moment")
    screenshot(page, "one-moment")
    # It looks again by itself.
    page.wait_for_url(f"**{nine_stories[0].get_absolute_url()}", timeout=20_000)
    is_open(page, nine_stories[0])
