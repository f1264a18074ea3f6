"""Everything that the reports tell of some days, each asked for once, when it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache

from paywall.catalog.models import Section
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.metering.rules import rules_in_force
from paywall.periods import Period
from paywall.reports import printed, recurring, revenue, subscribers, traffic
from paywall.reports.funnel import Step, funnel
from paywall.reports.recurring import Life, Month
from paywall.reports.revenue import Taken
from paywall.reports.spans import Span, last_months, whole

REMEMBERED_FOR = 600  # seconds; of a million accounts they take some
MONTHS = 13  # of the report on revenue, this one included
DAILY = {
    What.READERS: "Readers",
    What.OPENED: "Stories opened",
    What.WALL: "Walls met",
    What.SIGNED_UP: "Sign-ups",
    What.CHECKOUT_BEGUN: "Checkouts begun",
    What.CHECKOUT_FINISHED: "Checkouts finished",
    What.PRINT_ACTIVATED: "Print activations",
    What.PRINT_READERS: "Print readers",
}


@dataclass
class Board:
    """Everything about some days, asked for once, when it is needed."""

    span: Span
    now: datetime

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(settings.TIME_ZONE)

    @cached_property
    def today(self) -> date:
        return counting.day_of(self.now)

    @cached_property
    def daily(self) -> Mapping[tuple[date, str], int]:
        return traffic.by_day(self.span, DAILY)

    @cached_property
    def totals(self) -> Mapping[str, int]:
        return traffic.totals(self.span)

    @cached_property
    def totals_before(self) -> Mapping[str, int]:
        return traffic.totals(self.span.before())

    @cached_property
    def lives(self) -> list[Life]:
        since = min(self.span.before().first, self.months[0].starts_date)
        return subscribers.lives(since=Span(since, since).starts_at(self.zone))

    @cached_property
    def months(self) -> list[Period]:
        return last_months(self.today, MONTHS)

    @cached_property
    def taken(self) -> Taken:
        return revenue.taken(self.span, self.zone)

    @cached_property
    def taken_before(self) -> Taken:
        return revenue.taken(self.span.before(), self.zone)

    @cached_property
    def by_month(self) -> list[tuple[Period, Taken, dict[str, int], Month]]:
        """Each month's money, recurring revenue at its end (or now), starts and stops.

        Of months that are over little changes: they are remembered for a while.
        """
        keys = {month: f"revenue:{month.starts_date}:{self.zone}" for month in self.months[:-1]}
        known = cache.get_many(keys.values())
        found = []
        for month in self.months:
            told = known.get(keys.get(month, ""))
            if told is None:
                told = self._of_month(month)
                if month in keys:
                    cache.set(keys[month], told, REMEMBERED_FOR)
            found.append((month, *told))
        return found

    def _of_month(self, month: Period) -> tuple[Taken, dict[str, int], Month]:
        days = whole(month)
        starts_at, ends_at = days.starts_at(self.zone), min(days.ends_at(self.zone), self.now)
        return (
            revenue.taken(days, self.zone),
            recurring.recurring(self.lives, ends_at),
            recurring.movements(self.lives, starts_at, ends_at),
        )

    @cached_property
    def moved(self) -> Month:
        ends_at = min(self.span.ends_at(self.zone), self.now)
        return recurring.movements(self.lives, self.span.starts_at(self.zone), ends_at)

    @cached_property
    def recurring_now(self) -> Mapping[str, int]:
        """Monthly recurring revenue at the end of the days, or now."""
        return recurring.recurring(self.lives, min(self.span.ends_at(self.zone), self.now))

    @cached_property
    def recurring_before(self) -> Mapping[str, int]:
        return recurring.recurring(self.lives, self.span.starts_at(self.zone))

    @cached_property
    def currency(self) -> str:
        """The currency in which most recurs, or was taken."""
        known = self.recurring_now or self.taken.paid or {"USD": 0}
        return max(known, key=lambda name: known[name])

    @cached_property
    def owed(self) -> revenue.Owed:
        return revenue.owed(self.span, self.zone)

    @cached_property
    def printed(self) -> printed.Printed:
        """The print accounts, which change with a nightly file."""
        known = cache.get("reports:printed")
        if known is None:
            known = printed.printed()
            cache.set("reports:printed", known, REMEMBERED_FOR)
        found: printed.Printed = known
        return found

    @cached_property
    def stories(self) -> list[traffic.Brought]:
        return traffic.by_story(self.span)

    @cached_property
    def allowance(self) -> int:
        return rules_in_force().house.readers

    @cached_property
    def steps(self) -> list[Step]:
        named = (What.WALL, What.SIGNED_UP, What.CHECKOUT_BEGUN, What.CHECKOUT_FINISHED)
        return funnel([(DAILY[what], self.totals.get(what, 0)) for what in named])

    @cached_property
    def section_names(self) -> Mapping[str, str]:
        return dict(Section.objects.values_list("slug", "name"))
