"""Spans, the funnel, charts and tables: what is reckoned without a database."""

import csv
import io
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from paywall.reports import charts
from paywall.reports.funnel import funnel, leak
from paywall.reports.spans import Choice, Span, span_of
from paywall.reports.tables import (
    Cell,
    Money,
    Table,
    headers_in_csv,
    in_csv,
    share_in_words,
)
from paywall.reports.weekly import due_monday

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        (Choice.WEEK, date(2026, 11, 21), date(2026, 11, 27)),
        (Choice.DAYS, date(2026, 10, 29), date(2026, 11, 27)),
        (Choice.MONTH, date(2026, 11, 1), date(2026, 11, 27)),
        (Choice.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Choice.YEAR, date(2025, 12, 1), date(2026, 11, 27)),
    ],
)
def test_the_days_that_staff_choose(choice: Choice, first: date, last: date) -> None:
    span = span_of(choice, date(2026, 11, 27))
    assert (span.first, span.last) == (first, last)
    assert (span.before().days, span.before().last) == (span.days, span.first.replace() - (
        date(2026, 1, 2) - date(2026, 1, 1)))  # fmt: skip


def test_last_month_in_january_is_decembers() -> None:
    assert span_of(Choice.LAST_MONTH, date(2027, 1, 31)).first == date(2026, 12, 1)


def test_a_day_begins_and_ends_by_the_newspapers_clocks() -> None:
    turned = Span(date(2026, 11, 1), date(2026, 11, 1))  # the clocks go back that night
    assert turned.starts_at(NEW_YORK) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert turned.ends_at(NEW_YORK) == datetime(2026, 11, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 30, 11, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), date(2026, 11, 30)),  # 7 in New York
        (datetime(2026, 12, 7, 4, 59, tzinfo=UTC), date(2026, 11, 30)),  # Sunday, late
        (datetime(2026, 7, 6, 11, 0, tzinfo=UTC), date(2026, 7, 6)),  # 7 in summer
    ],
)
def test_the_weekly_letter_is_due_from_monday_at_7(now: datetime, monday: date | None) -> None:
    assert due_monday(now, NEW_YORK) == monday


def test_the_funnel_says_where_it_leaks() -> None:
    steps = funnel([("Walls", 1000), ("Sign-ups", 50), ("Begun", 20), ("Finished", 15)])
    assert [step.of_first for step in steps] == [
        None, Fraction(1, 20), Fraction(1, 50), Fraction(3, 200)
    ]  # fmt: skip
    assert [step.of_last for step in steps[1:]] == [
        Fraction(1, 20), Fraction(2, 5), Fraction(3, 4)
    ]  # fmt: skip
    worst = leak(steps)
    assert worst
    assert (worst.name, worst.lost) == ("Sign-ups", Fraction(19, 20))


def test_a_funnel_without_anybody_leaks_nowhere() -> None:
    assert leak(funnel([("Walls", 0), ("Sign-ups", 0)])) is None
    skipped = funnel([("Walls", 2), ("Sign-ups", 1), ("Begun", 3)])[-1]
    assert (skipped.of_last, skipped.lost) == (Fraction(3), Fraction(0))


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (2, 2), (3, 4), (5, 6), (7, 10), (11, 20), (61, 100), (2601, 4000)]
)
def test_charts_end_at_a_round_number(value: int, top: int) -> None:
    assert charts.round_above(value) == top


def test_columns_stand_on_the_line_and_reach_their_number() -> None:
    chart = charts.columns("Opened", ["Mon", "Tue"], [5, 10])
    assert [column.y + column.height for column in chart.columns] == [chart.bottom] * 2
    assert chart.columns[1].height == 2 * chart.columns[0].height
    assert [line.text for line in chart.lines] == ["0", "5", "10"]
    assert chart.columns[0].title == "Mon: 5"
    assert [bar.percent for bar in charts.bars([("a", 4, "4", ""), ("b", 1, "1", "")])] == [100, 25]
    assert charts.columns("Nothing", [], []).columns == []
    month = charts.columns("Month", [f"{day} Oct" for day in range(1, 32)], [1] * 31)
    assert [label.text for label in month.labels][-1] == "26 Oct"  # the 31st would be cut off


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(1, 20), "5%"), (Fraction(42, 1000), "4.2%"),
        (Fraction(0), "0%"), (Fraction(1), "100%"),
    ],
)  # fmt: skip
def test_shares_have_two_digits_that_count(share: Fraction, words: str) -> None:
    assert share_in_words(share) == words


EVIL = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


def test_a_spreadsheet_reads_figures_and_runs_nothing() -> None:
    rows: list[list[Cell]] = [
        [evil, 7, date(2026, 11, 1), Money(-1234, "EUR"), Fraction(1, 3)] for evil in EVIL
    ]
    rows.append(['Ada, “the” "first"\nline', 0, None, Money(5, "JPY"), None])
    table = Table("evil", "Evil", ["Who", "Number", "Day", "Paid", "Share"], rows)
    text = "".join(in_csv(headers_in_csv(table), table.rows))
    read = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["Who"] for row in read[:-1]] == [f"'{evil}" for evil in EVIL]
    assert read[0] == {
        "Who": "'=HYPERLINK(1)", "Number": "7", "Day": "2026-11-01", "Paid": "-12.34",
        "Paid, currency": "EUR", "Share": "0.3333",
    }  # fmt: skip
    assert read[-1]["Who"] == 'Ada, “the” "first"\nline'
    assert (read[-1]["Paid"], read[-1]["Day"], read[-1]["Share"]) == ("5", "", "")
    assert text.startswith("\ufeff")  # spreadsheets take it for UTF-8
