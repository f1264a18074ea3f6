"""What a price asks of its reader, in plain words: how much, how often, from when, how to stop.

Pure: a page, a letter and a checkout say the same of the same terms.
"""

from calendar import monthrange
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from babel.core import Locale
from babel.dates import format_date

from paywall.catalog import money


class Interval(StrEnum):
    """How often a price is paid."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


INTERVAL_CHOICES = [
    (Interval.DAY.value, "every day"),
    (Interval.WEEK.value, "every week"),
    (Interval.MONTH.value, "every month"),
    (Interval.YEAR.value, "every year"),
    (Interval.ONCE.value, "once"),
]

HOW_TO_CANCEL = (
    "Cancel whenever you like on your account page, in two clicks: "
    "you read on until the time you paid for is over."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a price is paid. Amounts are in the currency's smallest unit.

    `intro_amount` is what each payment costs during the first `intro_months`; `opens_for_days`
    is how long a pass, paid once, opens stories.
    """

    interval: Interval
    amount: int
    currency: str
    trial_days: int = 0
    intro_amount: int | None = None
    intro_months: int | None = None
    opens_for_days: int | None = None

    @property
    def renews(self) -> bool:
        return self.interval is not Interval.ONCE

    @property
    def takes_promotion_code(self) -> bool:
        """Stripe takes one discount for each checkout, and the introductory offer is one."""
        return self.intro_amount is None

    @property
    def due_today(self) -> int:
        """What the first payment, made at once, comes to; taxes aside."""
        if self.trial_days:
            return 0
        return self.amount if self.intro_amount is None else self.intro_amount

    def without_beginning(self) -> Self:
        """Return the terms for somebody who has had the free days or the offer before."""
        return replace(self, trial_days=0, intro_amount=None, intro_months=None)

    def written(self) -> str:
        """Return them as a form carries them, to be told whether they are still the same."""
        return " ".join("-" if value is None else str(value) for value in astuple(self))

    @classmethod
    def read(cls, written: str) -> Self:
        """Return the terms that a form carried. Raises ValueError for anything else."""
        interval, amount, currency, *numbers = written.split(" ")
        trial, *optional = numbers
        intro, months, days = (None if one == "-" else int(one) for one in optional)
        return cls(Interval(interval), int(amount), currency, int(trial), intro, months, days)


def price_in_words(terms: Terms, *, locale: str) -> str:
    """Return "€12.00 a month", or for a pass "€4.00 for 7 days"."""
    return f"{_money(terms, terms.amount, locale)} {per_in_words(terms)}"


def per_in_words(terms: Terms) -> str:
    """Return "a month", or for a pass "for 7 days"."""
    if terms.renews:
        return f"a {terms.interval}"
    days = terms.opens_for_days
    return f"for {_counted(days, 'day')}" if days else "once"


def beginning_in_words(terms: Terms, *, locale: str) -> str:
    """Return how the trial or the introductory offer begins and ends, or ""."""
    then = f"then {price_in_words(terms, locale=locale)}"
    if terms.trial_days:
        return f"{_counted(terms.trial_days, 'day')} free, {then}"
    if terms.intro_amount is None or not terms.intro_months:
        return ""
    amount = _money(terms, terms.intro_amount, locale)
    if _months_of(terms.interval) == terms.intro_months:
        return f"{amount} for the first {terms.interval}, {then}"
    return f"{amount} a {terms.interval} for the first {_length(terms)}, {then}"


def renewal_in_words(terms: Terms, *, today: date, locale: str) -> str:
    """Return what is paid when, and how to cancel, for somebody who begins today.

    `today` is a date in the newspaper's zone; Stripe renews on the day of the month that a
    subscription began on, or on the month's last when there is no such day.
    """
    amount = _money(terms, terms.amount, locale)
    if not terms.renews:
        days = terms.opens_for_days
        span = f" It opens stories for {_counted(days, 'day')}." if days else ""
        return f"You pay {amount} once.{span} It ends by itself and never renews."
    every = f"every {terms.interval}"
    if terms.trial_days:
        first = _date(today + timedelta(days=terms.trial_days), locale)
        return (
            f"You pay nothing today. On {first} you pay {amount}, and it renews {every} at that "
            f"price until you cancel. Cancel before {first} and you pay nothing. {HOW_TO_CANCEL}"
        )
    if terms.intro_amount is not None and terms.intro_months:
        intro = _money(terms, terms.intro_amount, locale)
        until = _date(months_after(today, terms.intro_months), locale)
        again = f", and {intro} {every} until {until}"
        if _months_of(terms.interval) == terms.intro_months:
            again = ""
        return (
            f"You pay {intro} today{again}. From {until} it renews {every} at {amount} "
            f"until you cancel. {HOW_TO_CANCEL}"
        )
    following = _date(_next_payment(terms, today), locale)
    return (
        f"You pay {amount} today. It renews {every} at that price, next on {following}, "
        f"until you cancel. {HOW_TO_CANCEL}"
    )


def saving(monthly: Terms, yearly: Terms) -> int:
    """Return what a year costs less than twelve months, in the smallest unit; never under 0."""
    if monthly.currency != yearly.currency:
        return 0
    return max(12 * monthly.amount - yearly.amount, 0)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _next_payment(terms: Terms, today: date) -> date:
    months = _months_of(terms.interval)
    if months:
        return months_after(today, months)
    return today + timedelta(days=7 if terms.interval is Interval.WEEK else 1)


def _months_of(interval: Interval) -> int:
    return {Interval.MONTH: 1, Interval.YEAR: 12}.get(interval, 0)


def _length(terms: Terms) -> str:
    months = terms.intro_months or 0
    if terms.interval is Interval.YEAR:
        return _counted(months // 12, "year")
    return "month" if months == 1 else _counted(months, "month")


def _counted(number: int | None, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _money(terms: Terms, amount: int, locale: str) -> str:
    return money.in_words(amount, terms.currency, locale=locale)


def _date(day: date, locale: str) -> str:
    return format_date(day, "long", locale=Locale.parse(locale, sep="-"))
