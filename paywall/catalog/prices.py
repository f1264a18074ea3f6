"""Prices in words that a reader understands."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from paywall.catalog.models import Interval, Price

PER = {
    Interval.DAY: "a day",
    Interval.WEEK: "a week",
    Interval.MONTH: "a month",
    Interval.YEAR: "a year",
    Interval.ONCE: "once",
}


def amount_in_words(price: Price, *, locale: str) -> str:
    """Return the amount as the locale writes it, such as "$12.00"; cents stay even when zero."""
    precision = get_currency_precision(price.currency)
    amount = Decimal(price.amount).scaleb(-precision)
    return format_currency(amount, price.currency, locale=locale.replace("-", "_"))


def interval_in_words(price: Price) -> str:
    """Return how often it is paid, such as "a month"."""
    return PER[Interval(price.interval)]
