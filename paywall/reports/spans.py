"""The days that a report is about. Pure; days are the newspaper's, and both ends are in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from paywall.periods import Period, months_before

DAY = timedelta(days=1)


class Choice(StrEnum):
    """What staff choose from."""

    WEEK = "week"
    DAYS = "days"
    MONTH = "month"
    LAST_MONTH = "last-month"
    YEAR = "year"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Choice.WEEK: "Last 7 days",
    Choice.DAYS: "Last 30 days",
    Choice.MONTH: "This month",
    Choice.LAST_MONTH: "Last month",
    Choice.YEAR: "Last 12 months",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Some days in a row."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def each_day(self) -> Iterator[date]:
        return (self.first + number * DAY for number in range(self.days))

    def before(self) -> "Span":
        """Return as many days, right before."""
        return Span(self.first - self.days * DAY, self.first - DAY)

    def starts_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.first, time(), zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + DAY, time(), zone)


def span_of(choice: Choice, today: date) -> Span:
    """Return the days of a choice. Today is in them, except where they are last month's."""
    month = Period(today.replace(day=1))
    match choice:
        case Choice.WEEK:
            return Span(today - 6 * DAY, today)
        case Choice.DAYS:
            return Span(today - 29 * DAY, today)
        case Choice.MONTH:
            return Span(month.starts_date, today)
        case Choice.LAST_MONTH:
            return whole(months_before(month, 1))
        case Choice.YEAR:
            return Span(months_before(month, 11).starts_date, today)


def whole(month: Period) -> Span:
    """Return the days of a month."""
    return Span(month.starts_date, month.ends_date - DAY)


def last_months(today: date, number: int) -> list[Period]:
    """Return the months until this one, the oldest first."""
    month = Period(today.replace(day=1))
    return [months_before(month, back) for back in range(number - 1, -1, -1)]


def week_before(monday: date) -> Span:
    """Return the week that ended when this one began."""
    return Span(monday - 7 * DAY, monday - DAY)
