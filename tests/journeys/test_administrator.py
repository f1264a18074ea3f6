"""An administrator makes a reader a colleague, and erases another; both stand in the trail."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Reader
from tests.journeys.conftest import screenshot, signed_in
from tests.journeys.rules import broken_rules
from tests.making import make_reader
from tests.staff.desk import colleague

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_administrator_makes_a_colleague_and_erases_a_reader(
    visit: Callable[..., Page],
) -> None:
    make_reader("new@example.com")
    make_reader("gone@example.com")
    colleague("administrator")
    page = signed_in(visit, "administrator@example.com", "/admin/accounts/reader/")
    page.get_by_role("link", name="new@example.com").click()
    page.get_by_label("Staff").check()
    page.get_by_role("listbox", name="Available groups").select_option("helpdesk")
    page.get_by_role("button", name="Choose selected groups").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    new = signed_in(visit, "new@example.com", "/admin/")
    expect(new.get_by_role("link", name="Find a reader").first).to_be_visible()
    expect(new.get_by_role("link", name="Groups")).to_have_count(0)
    new.get_by_label("Find a reader by").fill("gone@")
    new.get_by_role("button", name="Find").click()
    expect(new.get_by_role("link", name="Export what is kept")).to_be_visible()
    expect(new.get_by_role("link", name="Erase the reader")).to_have_count(0)

    page.goto(new.url)
    page.get_by_role("link", name="Erase the reader").click()
    page.get_by_label("Type the reader’s email address").fill("gone@example.com")
    page.get_by_label("Why").fill("Asked for it by letter.")
    assert not broken_rules(page)
    screenshot(page, "administrator-erases")
    page.get_by_role("button", name="Erase the reader").click()
    expect(page.get_by_text("The reader was erased.")).to_be_visible()
    assert not Reader.objects.filter(email="gone@example.com").exists()

    page.goto("/admin/paywall/staffaction/")
    trail = page.locator("#result_list")
    expect(trail.get_by_text("Asked for it by letter.")).to_be_visible()
    expect(trail.get_by_text("Changed reader")).to_be_visible()
    expect(trail.get_by_text("gone@example.com")).to_have_count(0)
