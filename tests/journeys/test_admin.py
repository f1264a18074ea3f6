"""The admin on a laptop's screen."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.journeys.conftest import screenshot
from tests.making import make_reader, make_section

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FORMS = ["paywall/package", "paywall/entitlement", "accounts/reader", "articles/article"]


def test_no_form_is_wider_than_the_screen(
    visit: Callable[..., Page], live_server: LiveServer, client: Client
) -> None:
    make_section("news")
    staff = make_reader("staff@example.com", is_staff=True, is_superuser=True)
    client.force_login(staff)
    page = visit("/")
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    for form in FORMS:
        page.goto(f"/admin/{form}/add/")
        screenshot(page, f"admin-{form.replace('/', '-')}")
        assert page.locator("form fieldset").count(), form
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, form
    assert page.locator("link[rel=icon]").get_attribute("href") == "/static/icon.svg"
