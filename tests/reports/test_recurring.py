"""Recurring revenue, starts, stops and churn, reckoned by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from paywall.catalog.terms import Interval
from paywall.reports.recurring import (
    AT_STRIPE,
    BY_READER,
    BY_STAFF,
    FAILED,
    OTHER,
    Bill,
    Life,
    Priced,
    by_package,
    feedback,
    movements,
    recurring,
    rounded,
)


def on(month: int, day: int = 1, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


MONTHLY = Priced(on(1), "Everything", Interval.MONTH, 1200, "EUR")
YEARLY = Priced(on(1), "Everything", Interval.YEAR, 10_000, "EUR")
WEEKLY = Priced(on(1), "Sport", Interval.WEEK, 100, "EUR")
DAILY = Priced(on(1), "Sport", Interval.DAY, 100, "USD")
LIFE = Life(on(1), [MONTHLY])


@pytest.mark.parametrize(
    ("prices", "worth"),
    [
        ([MONTHLY], {"EUR": 1200}),
        ([YEARLY], {"EUR": 833}),  # 833.33
        ([YEARLY] * 3, {"EUR": 2500}),  # not three times 833
        ([YEARLY] * 2, {"EUR": 1667}),
        ([WEEKLY], {"EUR": 435}),  # 365 / 7 / 12 weeks a month
        ([MONTHLY, WEEKLY, DAILY], {"EUR": 1635, "USD": 3042}),
    ],
)
def test_each_interval_is_worth_its_part_of_a_month(
    prices: list[Priced], worth: dict[str, int]
) -> None:
    assert recurring([Life(on(1), [price]) for price in prices], on(6)) == worth


@pytest.mark.parametrize(
    ("life", "worth"),
    [
        (replace(LIFE, started_at=on(7)), {}),
        (replace(LIFE, ended_at=on(6)), {}),  # an end is exclusive
        (replace(LIFE, ended_at=on(6, 2)), {"EUR": 1200}),
        (replace(LIFE, pays_from=on(6, 2)), {}),  # on trial
        (replace(LIFE, pays_from=on(6)), {"EUR": 1200}),
        (replace(LIFE, bills=[Bill(on(5, 20), on(5, 20), on(6, 20), 100)]), {"EUR": 100}),
        (replace(LIFE, bills=[Bill(on(5, 1), on(5, 1), on(6, 1), 100)]), {"EUR": 1200}),
        (replace(LIFE, bills=[Bill(on(5, 20), on(5, 20), on(6, 20), 1440)]), {"EUR": 1200}),
        (replace(LIFE, prices=[MONTHLY, replace(WEEKLY, since=on(5))]), {"EUR": 435}),
        (replace(LIFE, prices=[MONTHLY, replace(WEEKLY, since=on(7))]), {"EUR": 1200}),
        (
            replace(
                LIFE,
                prices=[MONTHLY, replace(MONTHLY, since=on(5, 25), amount=2000)],
                bills=[Bill(on(5, 20), on(5, 20), on(6, 20), 100)],
            ),
            {"EUR": 2000},
        ),
    ],
    ids=[
        "not begun", "ended", "ends later", "on trial", "the trial is over", "an offer runs",
        "an offer was over", "taxes are no revenue", "switched", "switches later",
        "the offer was another price's",
    ],
)  # fmt: skip
def test_what_a_subscription_is_worth(life: Life, worth: dict[str, int]) -> None:
    assert recurring([life], on(6)) == worth


HISTORY = [
    LIFE,  # runs all along
    replace(LIFE, ended_at=on(6, 10), why="cancellation_requested", feedback="unused"),
    replace(LIFE, ended_at=on(6, 30), why="payment_failed"),
    replace(LIFE, ended_at=on(6, 15), why=""),
    replace(LIFE, ended_at=on(7), why="cancellation_requested"),  # July's
    replace(LIFE, started_at=on(6), prices=[WEEKLY]),
    replace(LIFE, started_at=on(5, 20), pays_from=on(6, 20)),
    replace(LIFE, started_at=on(6, 2), ended_at=on(6, 3), why="payment_disputed"),
    replace(LIFE, started_at=on(5, 20), pays_from=on(6, 20), ended_at=on(6, 19)),  # on trial
]


def test_a_months_starts_stops_and_churn() -> None:
    june = movements(HISTORY, on(6), on(7))
    assert (june.running_before, june.started, june.stops, june.running_after) == (5, 3, 4, 4)
    assert june.running_before + june.started - june.stops == june.running_after
    assert june.stopped == {BY_READER: 1, FAILED: 2, OTHER: 1}
    assert june.churn == Fraction(4, 5)
    assert movements([], on(6), on(7)).churn is None
    assert feedback(HISTORY[:5], on(6), on(7)) == {"unused": 1, "": 2}


@pytest.mark.parametrize(
    ("why", "by", "feedback", "told"),
    [
        ("cancellation_requested", "reader", "", BY_READER),
        ("cancellation_requested", "staff", "", BY_STAFF),
        ("cancellation_requested", "", "unused", BY_READER),  # before it was marked
        ("cancellation_requested", "", "", AT_STRIPE),
        ("cancellation_requested", "paper", "", OTHER),  # a second subscription was running
        ("payment_failed", "reader", "", FAILED),
        ("payment_disputed", "", "", FAILED),
        ("", "", "", OTHER),
    ],
)
def test_a_stop_tells_who_chose_it(why: str, by: str, feedback: str, told: str) -> None:
    ended = replace(LIFE, ended_at=on(6, 10), why=why, by=by, feedback=feedback, number=3)
    assert movements([ended], on(6), on(7)).stopped == {told: 3}


def test_one_month_goes_on_where_the_other_ended() -> None:
    ends = [movements(HISTORY, on(month), on(month + 1)).running_after for month in (5, 6, 7)]
    begins = [movements(HISTORY, on(month), on(month + 1)).running_before for month in (6, 7, 8)]
    assert ends == begins


def test_what_runs_by_package() -> None:
    found = by_package([LIFE, LIFE, Life(on(1), [YEARLY]), Life(on(1), [WEEKLY])], on(6))
    assert found == {("Everything", "EUR"): (3, 3233), ("Sport", "EUR"): (1, 435)}


@pytest.mark.parametrize(
    ("amount", "cents"), [(Fraction(5, 2), 3), (Fraction(7, 3), 2), (Fraction(8, 3), 3)]
)
def test_halves_are_rounded_up(amount: Fraction, cents: int) -> None:
    assert rounded(amount) == cents
