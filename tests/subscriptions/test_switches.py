"""Which way a switch goes, and who may make one."""

from dataclasses import replace

import pytest

from paywall.catalog.terms import Interval, Terms
from paywall.subscriptions import switches
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import Hindrance, Way
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY

WEEKLY = Terms(Interval.WEEK, 300, "EUR")
DAILY = Terms(Interval.DAY, 100, "EUR")
SPORT = replace(MONTHLY, amount=500)
SPORT_YEAR = replace(YEARLY, amount=900)  # less than one month of everything


@pytest.mark.parametrize(
    ("before", "after", "on_trial", "way"),
    [
        (MONTHLY, YEARLY, False, Way.PAID),
        (MONTHLY, SPORT_YEAR, False, Way.PAID),
        (SPORT, MONTHLY, False, Way.PAID),
        (WEEKLY, MONTHLY, False, Way.PAID),
        (DAILY, WEEKLY, False, Way.PAID),
        (SPORT, INTRODUCTORY, False, Way.PAID),
        (MONTHLY, replace(MONTHLY, trial_days=30), False, Way.FREE),
        (MONTHLY, INTRODUCTORY, False, Way.FREE),
        (MONTHLY, SPORT, False, Way.LATER),
        (YEARLY, MONTHLY, False, Way.LATER),
        (SPORT_YEAR, MONTHLY, False, Way.LATER),
        (YEARLY, SPORT_YEAR, False, Way.LATER),
        (MONTHLY, WEEKLY, False, Way.LATER),
        (MONTHLY, YEARLY, True, Way.FREE),
        (YEARLY, MONTHLY, True, Way.FREE),
        (MONTHLY, SPORT, True, Way.FREE),
    ],
    ids=[
        "month to year",
        "month to a cheap year",
        "smaller to larger package",
        "week to month",
        "day to week",
        "the introductory amount does not count",
        "same amount",
        "same amount, introductory offer",
        "larger to smaller package",
        "year to month",
        "year to a dearer month",
        "larger to smaller year",
        "month to week",
        "trial, month to year",
        "trial, year to month",
        "trial, to a smaller package",
    ],
)
def test_way(before: Terms, after: Terms, on_trial: bool, way: Way) -> None:
    assert switches.way_of(before, after, on_trial=on_trial) is way


@pytest.mark.parametrize(
    "after", [WEEK_PASS, replace(YEARLY, currency="USD")], ids=["a pass", "another currency"]
)
def test_nobody_switches_to(after: Terms) -> None:
    assert not switches.fits(MONTHLY, after)
    with pytest.raises(ValueError, match="Nobody switches"):
        switches.way_of(MONTHLY, after, on_trial=False)


@pytest.mark.parametrize(
    ("status", "reason", "hindrance"),
    [
        (Status.ACTIVE, "paid", None),
        (Status.ACTIVE, "cancelled later", None),
        (Status.TRIALING, "trial", None),
        (Status.ACTIVE, "refunded", Hindrance.OVER),
        (Status.ACTIVE, "disputed", Hindrance.DISPUTED),
        (Status.PAST_DUE, "disputed", Hindrance.DISPUTED),
        (Status.CANCELED, "disputed", Hindrance.OVER),
        (Status.PAST_DUE, "in grace", Hindrance.PAY_FIRST),
        (Status.UNPAID, "unpaid", Hindrance.PAY_FIRST),
        (Status.PAUSED, "paused", Hindrance.END_FIRST),
        (Status.INCOMPLETE, "never paid", Hindrance.OVER),
        (Status.INCOMPLETE_EXPIRED, "never paid", Hindrance.OVER),
        (Status.CANCELED, "ended", Hindrance.OVER),
    ],
)
def test_hindrance(status: Status, reason: str, hindrance: Hindrance | None) -> None:
    assert switches.hindrance_of(status, reason) is hindrance


@pytest.mark.parametrize(
    ("before", "others", "chosen"),
    [
        (MONTHLY, [], None),
        (MONTHLY, [(YEARLY, True)], None),
        (MONTHLY, [(replace(SPORT, amount=300), False), (SPORT, False), (YEARLY, True)], 1),
        (MONTHLY, [(replace(SPORT, currency="USD"), False)], None),
        (YEARLY, [(MONTHLY, True), (SPORT, False)], 0),
        (YEARLY, [(SPORT_YEAR, False), (MONTHLY, True)], 0),
        (YEARLY, [(SPORT, False)], None),
        (YEARLY, [(WEEKLY, True), (MONTHLY, True)], 1),
    ],
    ids=[
        "nothing else",
        "only what is dearer",
        "the dearest of what is cheaper",
        "another currency",
        "the same package by the month",
        "a smaller year comes first",
        "no other package by the month",
        "the month rather than the week",
    ],
)
def test_the_one_offer_to_stay(
    before: Terms, others: list[tuple[Terms, bool]], chosen: int | None
) -> None:
    assert switches.staying(before, others) == chosen
