"""Every page on the way to paying and back breaks no rule, on a small phone neither."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from paywall.payments.models import CheckoutAttempt
from tests.catalog.packages import MONTHLY, make_price
from tests.journeys.conftest import PHONE
from tests.journeys.rules import broken_on
from tests.journeys.till import open_till
from tests.making import make_reader
from tests.payments import buying
from tests.payments.shop import Newspaper
from tests.stripe_sandbox.paying import pay

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LATE = "DE89370400440532013000"


@pytest.fixture
def paper(
    settings: LazySettings, live_server: LiveServer, transactional_db: None
) -> Iterator[Newspaper]:
    """Open a newspaper beside a sandbox that is reached over HTTP."""
    with open_till(settings, live_server) as paper:
        yield paper


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


@pytest.mark.parametrize("without", [True, False], ids=["buys", "has it"])
def test_no_page_on_the_way_to_paying_breaks_a_rule(
    till: Callable[..., tuple[Page, list[str]]], without: bool
) -> None:
    page, paths = till(without=without, viewport=PHONE)
    assert broken_on(page, paths) == {}
