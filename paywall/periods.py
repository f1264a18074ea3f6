"""The periods a meter counts in: calendar months in the newspaper's own time zone."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month, from its first day until the first day of the next (exclusive)."""

    starts_date: date

    @property
    def ends_date(self) -> date:
        """The first day that is no longer in the period."""
        year, month = self.starts_date.year, self.starts_date.month
        return date(year + month // 12, month % 12 + 1, 1)


def month_of(moment: datetime, zone: ZoneInfo) -> Period:
    """Return the month that an aware moment falls in on the newspaper's clocks.

    Raises ValueError for a naive moment: it belongs to no zone, so to no month.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone belongs to no month.")
    return Period(moment.astimezone(zone).date().replace(day=1))


def months_before(period: Period, months: int) -> Period:
    """Return the month that many months earlier."""
    index = period.starts_date.year * 12 + period.starts_date.month - 1 - months
    return Period(date(index // 12, index % 12 + 1, 1))
