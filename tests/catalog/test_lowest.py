"""The lowest price on the wall is one that opens the story, and it follows what is sold."""

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from paywall.catalog.lowest import lowest_price
from paywall.catalog.models import Package
from paywall.catalog.terms import Interval, Terms
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY, make_package
from tests.gate.visiting import NOW
from tests.making import make_section

pytestmark = pytest.mark.django_db

SPORT = replace(MONTHLY, amount=500)
WEEKLY = replace(MONTHLY, interval=Interval.WEEK, amount=300)
DOLLARS = replace(MONTHLY, amount=100, currency="USD")


def sport_alone() -> Package:
    package = make_package(SPORT, everything=False, order=2)
    package.sections.add(make_section("sport"), make_section("culture"))
    return package


def test_it_opens_the_section() -> None:
    make_package(MONTHLY, YEARLY)
    sport_alone()
    assert lowest_price("sport") == lowest_price("culture") == SPORT
    assert lowest_price("news") == MONTHLY


def test_without_a_package_there_is_none() -> None:
    sport_alone()
    assert lowest_price("news") is None


@pytest.mark.parametrize(
    ("sold", "lowest"),
    [
        ([MONTHLY, WEEKLY, YEARLY], WEEKLY),
        ([MONTHLY, WEEK_PASS], MONTHLY),
        ([WEEK_PASS], WEEK_PASS),
        ([YEARLY], YEARLY),
        ([INTRODUCTORY, WEEKLY], WEEKLY),
        ([MONTHLY, DOLLARS], MONTHLY),
    ],
    ids=["of those that renew", "no pass", "but a pass", "a year", "no offer", "one currency"],
)
def test_the_least_at_a_time(sold: list[Terms], lowest: Terms) -> None:
    for order, terms in enumerate(sold):
        make_package(terms, order=order)
    assert lowest_price("news") == lowest


def test_what_is_sold_no_more_does_not_count() -> None:
    make_package(MONTHLY)
    cheap = make_package(WEEKLY)
    assert lowest_price("news") == WEEKLY
    cheap.prices.update(retired_at=NOW)
    cheap.save()  # as any change in the admin
    assert lowest_price("news") == MONTHLY


def test_what_is_not_listed_does_not_count() -> None:
    make_package(MONTHLY)
    make_package(WEEKLY, listed=False)
    assert lowest_price("news") == MONTHLY


def test_a_package_that_opens_nothing_does_not_count() -> None:
    make_package(MONTHLY)
    alone = make_package(WEEKLY, everything=False)
    assert lowest_price("news") == MONTHLY
    alone.sections.add(make_section("news"))
    assert lowest_price("news") == WEEKLY
    alone.sections.clear()
    assert lowest_price("news") == MONTHLY


def test_one_question_for_all_walls(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_package(MONTHLY, YEARLY)
    sport_alone()
    with django_assert_num_queries(1):
        lowest_price("sport")
    with django_assert_num_queries(0):
        lowest_price("news")
