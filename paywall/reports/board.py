"""Everything that the reports tell of some days, each asked for once, when it is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from paywall.catalog.models import Section
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.metering.rules import rules_in_force
from paywall.periods import Period
from paywall.reports import preparing, printed, recurring, revenue, subscribers, traffic
from paywall.reports.funnel import Step, funnel
from paywall.reports.preparing import Figures, MonthFigures
from paywall.reports.recurring import Life, Month
from paywall.reports.revenue import Taken
from paywall.reports.spans import Span, last_months, whole
from paywall.reports.subscribers import Book

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
    fresh: bool = False  # True: nothing that was prepared is taken

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(settings.TIME_ZONE)

    @cached_property
    def today(self) -> date:
        return counting.day_of(self.now)

    @cached_property
    def daily(self) -> Mapping[tuple[date, str], int]:
        """What was counted on these days and as many before."""
        return traffic.by_day(Span(self.span.before().first, self.span.last))

    @cached_property
    def totals(self) -> Mapping[str, int]:
        return traffic.totals(self.daily, self.span)

    @cached_property
    def totals_before(self) -> Mapping[str, int]:
        return traffic.totals(self.daily, self.span.before())

    @cached_property
    def prepared(self) -> Figures:
        """What was added up before, of the months that are over and of the print accounts."""
        return Figures({}, None) if self.fresh else preparing.read(self.months[:-1], now=self.now)

    @cached_property
    def _spans(self) -> list[Span]:
        """The days that are to be added up: these, and the months that are not prepared."""
        months = [month for month in self.months if month not in self.prepared.months]
        return [self.span, *map(whole, months)]

    @cached_property
    def book(self) -> Book:
        """The subscriptions, exact at every moment that is asked about here."""
        moments = [span.starts_at(self.zone) for span in self._spans]
        return subscribers.book(moments + [self._end_of(span) for span in self._spans])

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
        """What was paid on all those days, and on as many before."""
        return revenue.takings([*self._spans, self.span.before()], self.zone)

    @property
    def taken(self) -> Taken:
        return self.takings[self.span]

    @property
    def taken_before(self) -> Taken:
        return self.takings[self.span.before()]

    @cached_property
    def by_month(self) -> Mapping[Period, MonthFigures]:
        """Each month's money, recurring revenue at its end (or now), starts and stops."""
        known = self.prepared.months
        return {month: known.get(month) or self._of_month(whole(month)) for month in self.months}

    def _of_month(self, days: Span) -> MonthFigures:
        ends_at = self._end_of(days)
        moved = recurring.movements(self.lives, days.starts_at(self.zone), ends_at)
        return MonthFigures(self.takings[days], self.recurring(ends_at), moved)

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
        return self.prepared.printed or printed.printed()

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


def prepare(*, now: datetime) -> int:
    """Add up, and keep, what the boards of the next hours do not wait for; return how many."""
    month = Period(counting.day_of(now).replace(day=1))
    board = Board(whole(month), now, fresh=True)
    over = {each: board.by_month[each] for each in board.months[:-1]}
    preparing.keep(over, board.printed, now=now)
    return len(over)
