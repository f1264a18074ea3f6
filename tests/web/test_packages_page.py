"""/subscribe/ as a reader walks through it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from paywall.catalog import pricing
from paywall.catalog.models import Package
from paywall.catalog.terms import Interval, Terms
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY, make_package
from tests.making import make_reader, make_section

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def words(client: Client, address: str = "/subscribe/") -> str:
    """Return what stands on the page, without tags."""
    main = client.get(address).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def packages(client: Client, address: str = "/subscribe/") -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'class="package__name">([^<]+)<', page)


def test_packages_stand_in_their_order_with_their_prices_by_the_month(client: Client) -> None:
    make_package(WEEK_PASS, name="Week pass", order=3)
    make_package(MONTHLY, YEARLY, name="Digital", blurb="Every story.", order=1)
    sport = make_package(replace(MONTHLY, amount=500), name="Sport", everything=False, order=2)
    sport.sections.set([make_section("sport"), make_section("culture")])
    assert packages(client) == ["Digital", "Sport", "Week pass"]
    said = words(client)
    assert "€12.00 a month" in said
    assert "€120.00 a year" not in said
    assert "€4.00 for 7 days" in said
    assert "Every story." in said
    assert "Opens every section." in said
    assert "Opens Culture and Sport." in said


def test_the_switch_is_two_links_that_keep_the_way_back(client: Client) -> None:
    make_package(MONTHLY, YEARLY, name="Digital")
    address = "/subscribe/?next=/stories/a-story/"
    page = client.get(address).content.decode()
    assert "save up to €24.00" in unescape(page)
    assert "€12.00 a month" in words(client, address)
    (by_year,) = re.findall(r'href="(\?[^"]*per=year[^"]*)"', page)
    address = "/subscribe/" + unescape(by_year)
    said = words(client, address)
    assert "€120.00 a year" in said
    assert "€12.00 a month" not in said
    assert "€24.00 less than twelve months at €12.00." in said
    page = client.get(address).content.decode()
    assert '?next=/stories/a-story/"' in page
    assert re.search(r'per=year[^>]*aria-current="true"', page)


@pytest.mark.parametrize("per", ["month", "nonsense", "", "year'--"])
def test_anything_but_the_year_is_the_month(client: Client, per: str) -> None:
    make_package(MONTHLY, YEARLY)
    assert "€12.00 a month" in words(client, f"/subscribe/?per={per}")


def test_without_both_there_is_no_switch(client: Client) -> None:
    make_package(YEARLY)
    make_package(WEEK_PASS)
    assert "By the year" not in words(client)
    assert "€120.00 a year" in words(client)


def test_a_package_of_one_interval_stays_whatever_the_switch_says(client: Client) -> None:
    make_package(MONTHLY, YEARLY)
    make_package(Terms(Interval.MONTH, 500, "EUR"), name="Sport")
    said = words(client, "/subscribe/?per=year")
    assert "€5.00 a month" in said
    assert said.count("By the month only") == 1
    assert "only" not in words(client, "/subscribe/?per=month")


def test_a_year_that_saves_nothing_promises_nothing(client: Client) -> None:
    make_package(MONTHLY, replace(YEARLY, amount=14400))
    for per in ("month", "year"):
        assert "save" not in words(client, f"/subscribe/?per={per}")
        assert "less than" not in words(client, f"/subscribe/?per={per}")


def test_offers_trials_and_terms_stand_beside_the_button(client: Client) -> None:
    make_package(INTRODUCTORY, replace(YEARLY, trial_days=14))
    said = words(client)
    assert "€1.00 a month for the first 3 months, then €12.00 a month" in said
    assert "From 23 February 2027 it renews every month at €12.00 until you cancel." in said
    assert "promotion code" not in said
    said = words(client, "/subscribe/?per=year")
    assert "14 days free, then €120.00 a year" in said
    assert "Cancel before 7 December 2026 and you pay nothing." in said
    assert "If you have a promotion code, you enter it when you pay." in said
    page = client.get("/subscribe/").content.decode()
    (terms,) = re.findall(r'<a class="button" href="[^"]+" aria-describedby="(terms-[^"]+)">', page)
    assert f'id="{terms}"' in page


def test_the_printed_paper_leads_to_the_order_form(client: Client) -> None:
    make_package(name="The printed paper", order_form="https://example.com/order?a=1&b=2")
    page = client.get("/subscribe/").content.decode()
    assert 'href="https://example.com/order?a=1&amp;b=2"' in page
    assert "aria-describedby" not in page.split("<main", 1)[1]


def test_what_is_not_listed_or_has_no_price_is_not_shown(client: Client) -> None:
    make_package(MONTHLY, name="Hidden", listed=False)
    make_package(name="Without a price")
    retired = make_package(MONTHLY, YEARLY, name="Archived")
    changed = make_package(MONTHLY, name="Changed")
    for price in retired.prices.all():
        pricing.retire(price, now=NOW)
    sold = pricing.sell(changed.prices.get(), MONTHLY, now=NOW)
    pricing.change(sold, replace(MONTHLY, amount=1400), now=NOW)
    assert packages(client) == ["Changed"]
    assert "€14.00 a month" in words(client)
    assert "€12.00" not in words(client)


def test_prices_are_written_as_the_language_does(client: Client, settings: LazySettings) -> None:
    make_package(replace(MONTHLY, amount=120000))
    settings.LANGUAGE_CODE = "de"
    with translation.override("de"):
        assert "1.200,00\xa0€" in client.get("/subscribe/").content.decode()


def test_a_picture_has_its_size_and_says_nothing(
    client: Client, settings: LazySettings, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    gif = (
        b"GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00"
        b"\x02\x00\x01\x00\x00\x02\x02\x04\n\x00;"
    )
    package = make_package(MONTHLY)
    package.picture.save("paper.gif", SimpleUploadedFile("paper.gif", gif))
    page = client.get("/subscribe/").content.decode()
    assert 'width="2" height="1" alt=""' in page


def test_the_page_takes_three_queries_however_many_there_are(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_package(INTRODUCTORY, YEARLY, WEEK_PASS)
    client.get("/subscribe/")  # fills what every page remembers
    with django_assert_num_queries(3):
        client.get("/subscribe/?per=year")


def test_a_reader_who_is_signed_in_sees_them_too(client: Client) -> None:
    client.force_login(make_reader())
    make_package(MONTHLY, name="Digital")
    assert packages(client) == ["Digital"]
    assert Package.objects.count() == 1
