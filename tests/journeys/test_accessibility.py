"""Every page in both colour schemes, and on a small phone, breaks no rule."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from accounts.models import Reader
from articles.models import Article
from paywall.sites import readers
from paywall.sites.models import ApiSite
from tests.journeys.conftest import PHONE
from tests.journeys.rules import broken_on
from tests.making import make_article, make_section
from tests.payments.shop import Newspaper

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/sections/news/",
    "/stories/story-number-1/",
    "/subscribe/",
    "/activate/",
    "/account/closed/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no/such/page/",
]


LINED = """links => links.filter(link => {
    const paper = getComputedStyle(document.body).backgroundColor;
    return getComputedStyle(link).borderBottomColor != paper;
}).map(link => link.textContent)"""
OF_SUBSCRIBERS = ["/account/", "/account/switch/", "/account/cancel/", "/account/close/"]


def test_no_page_breaks_a_rule(visit: Callable[..., Page], nine_stories: list[Article]) -> None:
    page = visit("/", viewport=PHONE)
    assert broken_on(page, PAGES) == {}


def test_in_a_systems_own_colours_one_section_has_a_line(
    visit: Callable[..., Page], nine_stories: list[Article]
) -> None:
    make_article(section=make_section("sport"))
    page = visit("/sections/sport/", forced_colors="active")
    assert page.locator(".sections__list a").evaluate_all(LINED) == ["Sport"]


def test_a_readers_masthead_is_one_line_on_a_phone(
    paper: Newspaper, arrive: Callable[..., Page]
) -> None:
    paper.customer()
    page = arrive(viewport=PHONE)
    page.goto("/")
    boxes = page.locator(".masthead__bar > *").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect()).map(box => [box.top, box.bottom])"
    )
    (date_top, date_bottom), (links_top, links_bottom) = boxes
    assert links_top < date_top < date_bottom < links_bottom


def pages_of(subscriber: Page, paper: Newspaper) -> list[str]:
    """Show once more who one is, and return the pages that only a subscriber sees."""
    subscriber.goto("/account/close/")
    subscriber.get_by_label("Password").fill("correct horse")
    subscriber.get_by_role("button", name="Continue").click()
    switch = [f"/account/switch/{price.public_id}/" for price in (paper.sport, paper.year)]
    site = ApiSite.objects.create(name="Other", origin="https://other.example")
    readers.introduce(site, Reader.objects.get(), now=paper.now)
    return [*OF_SUBSCRIBERS, *switch, f"/account/sites/{site.pk}/"]


def test_no_page_of_a_subscriber_breaks_a_rule(
    paper: Newspaper, arrive: Callable[..., Page]
) -> None:
    customer = paper.customer(number="4000000000000341")  # fails at the first renewal
    paper.subscribe(customer)
    page = arrive(viewport=PHONE)
    assert broken_on(page, pages_of(page, paper)) == {}
    paper.advance(days=32)
    paper.update(customer)
    assert customer.subscriptions.get().status == "past_due"
    assert broken_on(page, ["/account/", "/account/cancel/"]) == {}
