"""A stranger becomes a reader and opens exactly seven."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Reader
from articles.models import Article
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.metering.models import MeteredRead
from tests.journeys.conftest import DESKTOP, PHONE, emailed_code, ending_of, screenshot
from tests.making import make_reader

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]


def sign_up(page: Page, email: str) -> None:
    """Start a free account from the wall, and type the emailed code."""
    page.get_by_role("link", name="Start a free account").click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Start my free account").click()
    page.get_by_label("Code").fill(emailed_code())
    page.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_stranger_becomes_a_reader_and_opens_exactly_seven(
    visit: Visit, nine_stories: list[Article], viewport: dict[str, int]
) -> None:
    first = nine_stories[0].get_absolute_url()
    page = visit("/", viewport=viewport)
    page.get_by_role("link", name=nine_stories[0].headline).first.click()
    for offer in ("Start a free account", "Subscribe now", "Already a subscriber?"):
        expect(page.get_by_role("heading", name=offer)).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(ending_of(1))
    screenshot(page, f"wall-{viewport['width']}")

    sign_up(page, "ada@example.com")
    expect(page).to_have_url(re.compile(f"{first}$"))
    expect(page.locator("body")).to_contain_text(ending_of(1))
    expect(page.locator("body")).to_contain_text("6 of 7 free premium stories left this month")

    for number, article in enumerate(nine_stories[1:7], start=2):
        page.goto(article.get_absolute_url())
        expect(page.locator("body")).to_contain_text(ending_of(number))
    page.goto(nine_stories[7].get_absolute_url())
    expect(page.locator("body")).not_to_contain_text(ending_of(8))
    expect(page.get_by_role("heading", name="Subscribe now")).to_be_visible()
    screenshot(page, f"spent-{viewport['width']}")

    page.goto(first)
    expect(page.locator("body")).to_contain_text(ending_of(1))
    reader = Reader.objects.get(email="ada@example.com")
    assert MeteredRead.objects.filter(meter__keys__reader=reader).count() == 7


def test_a_subscriber_signs_in_at_the_wall_and_reads_on_uncounted(
    visit: Visit, nine_stories: list[Article]
) -> None:
    reader = make_reader("paying@example.com")
    granting.give(reader, Source.SUBSCRIPTION, starts_at=timezone.now())
    address = nine_stories[0].get_absolute_url()
    page = visit(address)
    page.locator("main").get_by_role(
        "link", name=re.compile("^sign in", re.IGNORECASE)
    ).first.click()
    page.get_by_label("Email").first.fill("paying@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).first.click()
    expect(page).to_have_url(re.compile(f"{address}$"))
    expect(page.locator("body")).to_contain_text(ending_of(1))
    expect(page.locator("body")).not_to_contain_text("left this month")


def test_a_print_subscriber_finds_the_way_from_the_wall(
    visit: Visit, nine_stories: list[Article]
) -> None:
    page = visit(nine_stories[0].get_absolute_url(), viewport=PHONE)
    page.get_by_role("link", name=re.compile("I get the printed paper", re.IGNORECASE)).click()
    expect(page).to_have_url(re.compile("/activate/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_wall_holds_nobody(visit: Visit, nine_stories: list[Article]) -> None:
    """With the keyboard alone: from the top through every link of the wall to the footer."""
    page = visit(nine_stories[0].get_absolute_url())
    page.keyboard.press("Tab")
    focused = []
    for _ in range(80):
        focused.append(page.evaluate("document.activeElement.textContent.trim()"))
        if page.evaluate("!!document.activeElement.closest('footer')"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"Tab never reached the footer: {focused}")
    assert any("Start a free account" in text for text in focused)


def test_reading_needs_no_script(visit: Visit, nine_stories: list[Article]) -> None:
    page = visit(nine_stories[0].get_absolute_url(), java_script_enabled=False)
    sign_up(page, "plain@example.com")
    expect(page.locator("body")).to_contain_text(ending_of(1))


def test_a_headline_that_is_one_long_word_makes_no_page_wider(
    visit: Visit, nine_stories: list[Article]
) -> None:
    for article in nine_stories:
        article.headline = "a_long_address_" * 10
        article.save()
    page = visit("/", viewport=PHONE)
    section = f"/sections/{nine_stories[0].section.slug}/"
    for address in ("/", section, nine_stories[0].get_absolute_url()):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address
