"""What a print account opens."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from paywall.circulation.rights import EVERYTHING, Line, Policy, Right, Scope, Why, right_of

AS_OF = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)
POLICY = Policy(
    grace=timedelta(days=14),
    longest_hold=timedelta(days=90),
    zone=ZoneInfo("America/New_York"),
    opens={
        ("", "dealer"): Scope(),
        ("sunday", ""): Scope(sections=frozenset({1, 2})),
        ("sunday", "staff"): EVERYTHING,
        ("crossword", ""): Scope(sections=frozenset({3})),
    },
)
ACTIVE = Line(product="Daily", rate_code="7DAY", status="active")
DAY = timedelta(days=1)


def judge(*lines: Line, absent_since: datetime | None = None, as_of: datetime = AS_OF) -> Right:
    return right_of(lines, absent_since=absent_since, as_of=as_of, policy=POLICY)


@pytest.mark.parametrize(
    ("line", "opens", "why"),
    [
        (ACTIVE, True, Why.ACTIVE),
        (replace(ACTIVE, paid_through=date(2020, 1, 1)), True, Why.ACTIVE),
        (replace(ACTIVE, status="hold", status_since=AS_OF - 89 * DAY), True, Why.ON_HOLD),
        (replace(ACTIVE, status="hold", status_since=AS_OF - 90 * DAY), False, Why.HELD_TOO_LONG),
        (replace(ACTIVE, status="stopped", paid_through=date(2026, 3, 14)), True, Why.STOPPED),
        (replace(ACTIVE, status="nonpay", paid_through=date(2026, 3, 1)), True, Why.STOPPED),
        (replace(ACTIVE, status="nonpay", paid_through=date(2026, 2, 20)), False, Why.ENDED),
        (replace(ACTIVE, status="stopped", status_since=AS_OF - 13 * DAY), True, Why.STOPPED),
        (replace(ACTIVE, status="stopped", status_since=AS_OF - 14 * DAY), False, Why.ENDED),
        (replace(ACTIVE, status="stopped"), False, Why.ENDED),
        (replace(ACTIVE, rate_code="Dealer"), False, Why.OPENS_NOTHING),
    ],
    ids=[
        "active",
        "active, and the date long gone",
        "on hold",
        "on hold for too long",
        "stopped yesterday",
        "unpaid, in the grace",
        "unpaid, the grace over",
        "stopped without a date, in the grace",
        "stopped without a date, the grace over",
        "stopped before it was first seen",
        "a dealer's",
    ],
)
def test_a_line_opens(line: Line, opens: bool, why: Why) -> None:
    right = judge(line)
    assert (right.opens, right.why) == (opens, why)


def test_no_lines_open_nothing() -> None:
    assert judge() == Right(opens=False, why=Why.NO_LINES)


def test_a_paid_day_and_the_grace_end_at_midnight_on_the_newspapers_clocks() -> None:
    line = replace(ACTIVE, status="stopped", paid_through=date(2026, 2, 28))
    midnight = datetime(2026, 3, 15, 0, 0, tzinfo=POLICY.zone)
    assert judge(line, as_of=midnight - timedelta(seconds=1)).until == midnight
    assert not judge(line, as_of=midnight).opens


def test_the_best_line_wins() -> None:
    stopped = replace(ACTIVE, status="stopped", paid_through=date(2025, 1, 1))
    assert judge(stopped, ACTIVE).why is Why.ACTIVE
    assert judge(ACTIVE, replace(ACTIVE, rate_code="DEALER")).scope == EVERYTHING


def test_lines_that_open_some_sections_add_up() -> None:
    sunday = replace(ACTIVE, product="Sunday")
    crossword = replace(ACTIVE, product="CROSSWORD", status="hold", status_since=AS_OF)
    assert judge(sunday, crossword).scope == Scope(sections=frozenset({1, 2, 3}))
    assert judge(replace(sunday, rate_code="staff"), crossword).scope == EVERYTHING


def test_what_no_longer_opens_adds_no_sections() -> None:
    sunday = replace(ACTIVE, product="Sunday")
    ended = replace(ACTIVE, status="stopped", paid_through=date(2025, 1, 1))
    assert judge(sunday, ended).scope == Scope(sections=frozenset({1, 2}))


def test_an_absent_account_opens_for_the_grace() -> None:
    right = judge(ACTIVE, absent_since=AS_OF - 13 * DAY)
    assert (right.opens, right.why, right.until) == (True, Why.ABSENT, AS_OF + DAY)
    right = judge(ACTIVE, absent_since=AS_OF - 14 * DAY)
    assert (right.opens, right.why) == (False, Why.ENDED)


def test_an_absent_account_opens_no_longer_than_its_lines() -> None:
    stopped = replace(ACTIVE, status="stopped", paid_through=date(2026, 2, 20))
    assert not judge(stopped, absent_since=AS_OF - DAY).opens


def test_what_opens_longest_says_when_it_closes() -> None:
    sooner = replace(ACTIVE, status="stopped", status_since=AS_OF - 10 * DAY)
    later = replace(ACTIVE, status="hold", status_since=AS_OF - 10 * DAY)
    assert judge(sooner, later).until == AS_OF + 80 * DAY
    assert judge(sooner, later, ACTIVE).until is None
