"""The words of every kind of price, as a reader sees them."""

from dataclasses import replace
from datetime import date

import pytest

from paywall.catalog.terms import (
    HOW_TO_CANCEL,
    Interval,
    Terms,
    beginning_in_words,
    months_after,
    price_in_words,
    renewal_in_words,
    saving,
)
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("terms", "price", "beginning", "renewal"),
    [
        (
            Terms(Interval.MONTH, 1200, "EUR"),
            "€12.00 a month",
            "",
            "You pay €12.00 today. It renews every month at that price, next on "
            f"23 December 2026, until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.YEAR, 12000, "EUR"),
            "€120.00 a year",
            "",
            "You pay €120.00 today. It renews every year at that price, next on "
            f"23 November 2027, until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.WEEK, 350, "GBP"),
            "£3.50 a week",
            "",
            "You pay £3.50 today. It renews every week at that price, next on "
            f"30 November 2026, until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.DAY, 100, "GBP"),
            "£1.00 a day",
            "",
            "You pay £1.00 today. It renews every day at that price, next on "
            f"24 November 2026, until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.ONCE, 400, "EUR", opens_for_days=7),
            "€4.00 for 7 days",
            "",
            "You pay €4.00 once. It opens stories for 7 days. It ends by itself and never renews.",
        ),
        (
            Terms(Interval.ONCE, 100, "EUR", opens_for_days=1),
            "€1.00 for 1 day",
            "",
            "You pay €1.00 once. It opens stories for 1 day. It ends by itself and never renews.",
        ),
        (
            Terms(Interval.MONTH, 500, "EUR", trial_days=14),
            "€5.00 a month",
            "14 days free, then €5.00 a month",
            "You pay nothing today. On 7 December 2026 you pay €5.00, and it renews every month "
            "at that price until you cancel. Cancel before 7 December 2026 and you pay nothing. "
            f"{HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.MONTH, 1200, "EUR", intro_amount=100, intro_months=3),
            "€12.00 a month",
            "€1.00 a month for the first 3 months, then €12.00 a month",
            "You pay €1.00 today, and €1.00 every month until 23 February 2027. From 23 February "
            f"2027 it renews every month at €12.00 until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.MONTH, 1200, "EUR", intro_amount=100, intro_months=1),
            "€12.00 a month",
            "€1.00 for the first month, then €12.00 a month",
            "You pay €1.00 today. From 23 December 2026 it renews every month at €12.00 "
            f"until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.YEAR, 12000, "EUR", intro_amount=6000, intro_months=12),
            "€120.00 a year",
            "€60.00 for the first year, then €120.00 a year",
            "You pay €60.00 today. From 23 November 2027 it renews every year at €120.00 "
            f"until you cancel. {HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.YEAR, 12000, "EUR", intro_amount=6000, intro_months=24),
            "€120.00 a year",
            "€60.00 a year for the first 2 years, then €120.00 a year",
            "You pay €60.00 today, and €60.00 every year until 23 November 2028. From "
            "23 November 2028 it renews every year at €120.00 until you cancel. "
            f"{HOW_TO_CANCEL}",
        ),
        (
            Terms(Interval.WEEK, 400, "EUR", intro_amount=100, intro_months=1),
            "€4.00 a week",
            "€1.00 a week for the first month, then €4.00 a week",
            "You pay €1.00 today, and €1.00 every week until 23 December 2026. From "
            f"23 December 2026 it renews every week at €4.00 until you cancel. {HOW_TO_CANCEL}",
        ),
    ],
    ids=[
        *("month", "year", "week", "day", "week pass", "day pass", "trial"),
        *("intro of months", "intro of one month", "intro of one year", "intro of years"),
        "weekly intro",
    ],
)
def test_a_price_says_what_it_asks(terms: Terms, price: str, beginning: str, renewal: str) -> None:
    assert price_in_words(terms, locale="en-gb") == price
    assert beginning_in_words(terms, locale="en-gb") == beginning
    assert renewal_in_words(terms, today=TODAY, locale="en-gb") == renewal


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (1200, "EUR", "en-gb", "€12.00"),
        (1200, "EUR", "de", "12,00\xa0€"),
        (1200, "USD", "en-us", "$12.00"),
        (1200, "JPY", "en-gb", "JP¥1,200"),
        (12340, "KWD", "en-gb", "KWD12.340"),
        (50000, "ISK", "en-gb", "ISK500"),
        (120050, "RSD", "en-gb", "RSD1,200.5"),
    ],
    ids=["euro", "German", "dollar", "no decimals", "three", "hundredths unseen", "and seen"],
)
def test_money_is_written_as_the_locale_does(
    amount: int, currency: str, locale: str, written: str
) -> None:
    terms = Terms(Interval.MONTH, amount, currency)
    assert price_in_words(terms, locale=locale) == f"{written} a month"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 23), 14, date(2028, 1, 23)),
    ],
)
def test_a_month_without_the_day_ends_on_its_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@pytest.mark.parametrize(
    ("monthly", "yearly", "saved"),
    [
        ((1200, "EUR"), (12000, "EUR"), 2400),
        ((1000, "EUR"), (12000, "EUR"), 0),
        ((900, "EUR"), (12000, "EUR"), 0),
        ((1200, "EUR"), (12000, "USD"), 0),
    ],
    ids=["saves", "the same", "dearer", "another currency"],
)
def test_a_year_saves_what_twelve_months_cost_more(
    monthly: tuple[int, str], yearly: tuple[int, str], saved: int
) -> None:
    assert saving(Terms(Interval.MONTH, *monthly), Terms(Interval.YEAR, *yearly)) == saved


def test_one_discount_for_each_checkout() -> None:
    assert Terms(Interval.MONTH, 1200, "EUR").takes_promotion_code
    offer = Terms(Interval.MONTH, 1200, "EUR", intro_amount=100, intro_months=3)
    assert not offer.takes_promotion_code


@pytest.mark.parametrize("terms", [MONTHLY, YEARLY, INTRODUCTORY, WEEK_PASS])
def test_a_form_carries_terms_there_and_back(terms: Terms) -> None:
    assert Terms.read(terms.written()) == terms


@pytest.mark.parametrize(
    "written",
    ["", "month", "month 1200 EUR", "never 1200 EUR 0 - - -", "month x EUR 0 - - -",
     "month 1200 EUR 0 - - - -"],
)  # fmt: skip
def test_what_no_form_of_ours_carried_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Terms.read(written)


@pytest.mark.parametrize(
    ("terms", "due"),
    [(MONTHLY, 1200), (INTRODUCTORY, 100), (WEEK_PASS, 400),
     (replace(MONTHLY, trial_days=14), 0)],
)  # fmt: skip
def test_what_is_due_today(terms: Terms, due: int) -> None:
    assert terms.due_today == due


def test_who_has_begun_before_pays_the_usual_price() -> None:
    assert INTRODUCTORY.without_beginning() == MONTHLY
    assert replace(MONTHLY, trial_days=14).without_beginning() == MONTHLY
