"""From the wall to the open story, months on, and to the closed one, with every card that pays.

The newspaper follows the sandbox's clock, which is moved on its own page, as in the demonstration.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from config.demo.clock import ASKED_EVERY
from paywall.letters.models import Letter
from paywall.subscriptions.models import Subscription
from paywall.tasks import write_letters_due
from tests.journeys.conftest import ending_of, screenshot
from tests.journeys.till import choose, is_open, open_till, pay, press, sign_in, tell
from tests.making import make_reader
from tests.payments.shop import GOOD, Newspaper

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("tasks_here"),
]

Visit = Callable[..., Page]
MASTERCARD, ASKS_ONCE = "5555555555554444", "4000002500003155"
FAILS_LATER, DISPUTED = "4000000000000341", "4000000000000259"


@pytest.fixture
def paper(
    settings: LazySettings, live_server: LiveServer, transactional_db: None
) -> Iterator[Newspaper]:
    """Open a newspaper that goes by the clock of the sandbox beside it."""
    with open_till(settings, live_server) as paper:
        settings.CLOCK = "config.demo.clock.now"
        yield paper


@pytest.fixture
def story(nine_stories: list[Article]) -> Article:
    """A story that nobody opens for free, so that it shows who pays."""
    story = nine_stories[0]
    story.access = "subscribers"
    story.save()
    return story


def subscribe(visit: Visit, story: Article, number: str) -> Page:
    make_reader("ada@example.com")
    page = visit(story.get_absolute_url())
    choose(page, "Everything")
    sign_in(page, "ada@example.com")
    press(page)
    pay(page, number)
    if number == ASKS_ONCE:
        page.get_by_role("button", name="Confirm").click()
    is_open(page, story)
    return page


def go_on(page: Page, paper: Newspaper, button: str) -> None:
    """Press a button on the sandbox's page of controls, and have the site told what it brought."""
    page.goto(f"{paper.sandbox.base_url}/clock")
    page.get_by_role("button", name=button).first.click()
    time.sleep(ASKED_EVERY)
    tell(paper)
    write_letters_due()


def expect_open(page: Page, story: Article) -> None:
    page.goto(story.get_absolute_url())
    expect(page.locator("body")).to_contain_text(ending_of(1))


def expect_closed(page: Page, story: Article) -> None:
    page.goto(story.get_absolute_url())
    expect(page.get_by_role("main").get_by_role("link", name="Subscribe now")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(ending_of(1))


def letters() -> set[str]:
    return set(Letter.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("number", [MASTERCARD, ASKS_ONCE])
def test_who_cancels_reads_to_the_end_of_what_was_paid(
    visit: Visit, story: Article, paper: Newspaper, number: str
) -> None:
    page = subscribe(visit, story, number)
    go_on(page, paper, "A month on")
    go_on(page, paper, "A day on")
    expect_open(page, story)
    page.goto("/account/")
    page.get_by_role("link", name="Cancel your subscription").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("body")).to_contain_text("Your subscription is cancelled.")
    expect_open(page, story)
    go_on(page, paper, "A month on")
    expect_closed(page, story)
    page.goto("/account/")
    expect(page.locator("body")).to_contain_text("Ended")
    assert Subscription.objects.get().status == "canceled"
    assert {"started", "cancelled", "ended"} <= letters()


def test_whose_renewal_fails_reads_through_the_grace_and_no_longer(
    visit: Visit, story: Article, paper: Newspaper
) -> None:
    page = subscribe(visit, story, FAILS_LATER)
    go_on(page, paper, "A month on")
    go_on(page, paper, "A day on")
    expect_open(page, story)
    page.goto("/account/")
    expect(page.locator("body")).to_contain_text("We could not take the payment of €12.00")
    screenshot(page, "in-grace")
    for _ in range(3):
        go_on(page, paper, "A week on")
    expect_closed(page, story)
    screenshot(page, "lapsed")
    assert "payment_failed" in letters()


def test_a_refund_closes_at_once_and_ends_it_at_stripe(
    visit: Visit, story: Article, paper: Newspaper
) -> None:
    page = subscribe(visit, story, GOOD)
    go_on(page, paper, "Refund")
    tell(paper)
    expect_closed(page, story)
    page.goto("/account/")
    expect(page.locator("body")).to_contain_text("We gave your last payment back")
    subscription = Subscription.objects.get()
    theirs = paper.v1.subscriptions.retrieve(subscription.stripe_id)
    assert (subscription.reason, theirs.status) == ("refunded", "canceled")
    assert "refunded" in letters()


def test_a_dispute_closes_at_once(visit: Visit, story: Article, paper: Newspaper) -> None:
    page = subscribe(visit, story, DISPUTED)
    go_on(page, paper, "A day on")
    expect_closed(page, story)
    page.goto("/account/")
    expect(page.locator("body")).to_contain_text("Your bank is asking for a payment back")
