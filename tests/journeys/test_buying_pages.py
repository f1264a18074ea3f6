"""Every page on the way to paying and back, against the rules of axe-core, and on a small phone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall.payments.models import CheckoutAttempt
from tests.catalog.packages import MONTHLY, make_price
from tests.journeys.conftest import PHONE
from tests.journeys.test_accessibility import RULES
from tests.journeys.till import open_till
from tests.making import make_reader
from tests.payments import buying
from tests.payments.shop import Newspaper
from tests.stripe_sandbox.paying import pay

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LATE = "DE89370400440532013000"
SMALL_PHONE = {"width": 320, "height": 640}


@pytest.fixture
def paper(
    settings: LazySettings, live_server: LiveServer, transactional_db: None
) -> Iterator[Newspaper]:
    """Open a newspaper beside a sandbox that is reached over HTTP."""
    with open_till(settings, live_server) as paper:
        yield paper


def violations_on(page: Page, paths: Iterable[str]) -> dict[str, list[Any]]:
    """Return what breaks a rule on each of the pages."""
    broken = {}
    for path in paths:
        page.goto(path)
        violations = Axe().run(page, options=RULES).response["violations"]
        if violations:
            broken[path] = [
                (found["id"], [node["html"] for node in found["nodes"]]) for found in violations
            ]
    return broken


def widest_of(page: Page, paths: Iterable[str]) -> dict[str, int]:
    """Return how many pixels wide each of the pages is."""
    widths = {}
    for path in paths:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    return widths


@pytest.fixture
def till(
    visit: Callable[..., Page], client: Client, nine_stories: list[Article], paper: Newspaper
) -> Callable[..., tuple[Page, list[str]]]:
    """Open the pages on the way to paying, for who has bought, or `without` anything."""

    def opened(**options: Any) -> tuple[Page, list[str]]:
        reader = make_reader("ada@example.com")
        story = nine_stories[0].get_absolute_url()
        trial = make_price(replace(MONTHLY, trial_days=14), name="Trial")
        buying.begin(paper, reader, paper.day, back_to="")
        late = CheckoutAttempt.objects.get().session_id
        pay(paper.sandbox, late, LATE)
        buying.come_back(paper, late)
        buying.buy(paper, reader, paper.month)
        bought = CheckoutAttempt.objects.latest("pk")
        CheckoutAttempt.objects.filter(pk=bought.pk).update(back_to="")
        stranger = make_reader("eve@example.com")
        client.force_login(stranger if options.pop("without", False) else reader)
        page = visit("/", **options)
        session = client.cookies["session"].value
        page.context.add_cookies([{"name": "session", "value": session, "url": page.url}])
        prices = (paper.month, paper.year, paper.sport, paper.day, trial)
        return page, [
            "/subscribe/",
            f"/accounts/signup/?next=/subscribe/{paper.month.public_id}/",
            *(f"/subscribe/{price.public_id}/?next={story}" for price in prices),
            f"/subscribe/welcome/?session={late}",
            f"/subscribe/welcome/?session={bought.session_id}",
        ]

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("without", [True, False], ids=["buys", "has it"])
def test_no_page_on_the_way_to_paying_breaks_a_rule(
    till: Callable[..., tuple[Page, list[str]]], scheme: str, without: bool
) -> None:
    page, paths = till(without=without, color_scheme=scheme, viewport=PHONE)
    assert violations_on(page, paths) == {}


@pytest.mark.parametrize("without", [True, False], ids=["buys", "has it"])
def test_no_page_on_the_way_to_paying_scrolls_sideways_on_a_small_phone(
    till: Callable[..., tuple[Page, list[str]]], without: bool
) -> None:
    page, paths = till(without=without, viewport=SMALL_PHONE)
    assert max(widest_of(page, paths).values()) <= 320
