"""Everything that the reports tell of some days, each asked for once, when it is needed."""

from collections.abc import Mapping, Sequence
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
from paywall.reports.subscribers import Book

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
    def book(self) -> Book:
        """The subscriptions, exact at every moment that is asked about here."""
        spans = [self.span, *map(whole, self.months)]
        moments = [span.starts_at(self.zone) for span in spans]
        return subscribers.book(moments + [self._end_of(span) for span in spans])

    @property
    def lives(self) -> Sequence[Life]:
        return self.book.lives

    def recurring(self, at: datetime) -> dict[str, int]:
        return recurring.recurring(self.book.lives, at, reduced=self.book.reduced)

    def _end_of(self, span: Span) -> datetime:
        return min(span.ends_at(self.zone), self.now)

    @cached_property
    def months(self) -> list[Period]:
        return last_months(self.today, MONTHS)

    @cached_property
    def takings(self) -> Mapping[Span, Taken]:
        """What was paid in these days, as many before, and each month."""
        spans = [self.span, self.span.before(), *map(whole, self.months)]
        return revenue.takings(spans, self.zone)

    @property
    def taken(self) -> Taken:
        return self.takings[self.span]

    @property
    def taken_before(self) -> Taken:
        return self.takings[self.span.before()]

    @cached_property
    def by_month(self) -> list[tuple[Period, Taken, dict[str, int], Month]]:
        """Each month's money, recurring revenue at its end (or now), starts and stops."""
        return [(month, *self._of_month(whole(month))) for month in self.months]

    def _of_month(self, days: Span) -> tuple[Taken, dict[str, int], Month]:
        ends_at = self._end_of(days)
        moved = recurring.movements(self.lives, days.starts_at(self.zone), ends_at)
        return self.takings[days], self.recurring(ends_at), moved

    @cached_property
    def moved(self) -> Month:
        starts_at = self.span.starts_at(self.zone)
        return recurring.movements(self.lives, starts_at, self._end_of(self.span))

    @cached_property
    def recurring_now(self) -> Mapping[str, int]:
        """Monthly recurring revenue at the end of the days, or now."""
        return self.recurring(self._end_of(self.span))

    @cached_property
    def recurring_before(self) -> Mapping[str, int]:
        return self.recurring(self.span.starts_at(self.zone))

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
