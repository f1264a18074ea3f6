"""Which letters are due: each kind, and the borders of its time in the newspaper's zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from paywall.letters.due import Due, due_letters
from paywall.letters.facts import Facts, InvoiceRow, PassRow, SubscriptionRow
from paywall.letters.kinds import MAY_BE_STOPPED, Kind
from paywall.subscriptions.snapshot import Status
from tests.letters.rows import (
    CALENDAR,
    DAY,
    MONTH,
    NOW,
    SPORT,
    YEAR,
    a_pass,
    beginner,
    first_invoice,
    invoice,
    subscription,
    unpaid,
)

Row: TypeAlias = SubscriptionRow | InvoiceRow | PassRow

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
WEEK = 7 * DAY


def due(
    *rows: Row,
    written: set[str] | None = None,
    stopped: bool = False,
    now: datetime = NOW,
) -> list[Due]:
    facts = Facts(
        subscriptions=[row for row in rows if isinstance(row, SubscriptionRow)],
        invoices=[row for row in rows if isinstance(row, InvoiceRow)],
        passes=[row for row in rows if isinstance(row, PassRow)],
        written=frozenset(written or set()),
        stopped=stopped,
    )
    return due_letters(facts, CALENDAR, now=now)


def keys(*rows: Row, **more: Any) -> list[str]:
    return [each.key for each in due(*rows, **more)]


def failing(**changes: Any) -> SubscriptionRow:
    return subscription(status=Status.PAST_DUE, **changes)


def ending(**changes: Any) -> SubscriptionRow:
    """Cancelled a moment ago, until the end of its period."""
    return subscription(cancels_at=NOW + 20 * DAY, cancel_known_since=NOW, **changes)


def ended(**changes: Any) -> SubscriptionRow:
    return subscription(status=Status.CANCELED, **{"ended_at": NOW, **changes})


def trial(days: int, **changes: Any) -> SubscriptionRow:
    end = NOW + days * DAY
    times = {"period_ends_at": end, "trial_ends_at": end}
    return beginner(status=Status.TRIALING, **{**times, **changes})


def discounted(days: int) -> SubscriptionRow:
    """Monthly for ninety days at less, of which so many are left."""
    ends = NOW + days * DAY
    return subscription(started_at=ends - 90 * DAY, discount_ends_at=ends, period_ends_at=ends)


def renewing(days: float, **changes: Any) -> SubscriptionRow:
    return subscription(sold=YEAR, period_ends_at=NOW + days * DAY, **changes)


PAID_FIRST = first_invoice(made_at=NOW, paid_at=NOW)

NOTHING: list[str] = []


@pytest.mark.parametrize(
    ("rows", "now", "expected"),
    [
        ([subscription(), invoice()], NOW, NOTHING),
        # started
        ([beginner()], NOW, NOTHING),
        ([beginner(), PAID_FIRST], NOW, ["started:sub_1"]),
        ([beginner()], NOW + HOUR - SECOND, NOTHING),
        ([beginner()], NOW + HOUR, ["started:sub_1"]),
        ([beginner(), PAID_FIRST], NOW + WEEK - SECOND, ["started:sub_1"]),
        ([beginner(), PAID_FIRST], NOW + WEEK, NOTHING),
        ([beginner(status=Status.INCOMPLETE)], NOW + HOUR, NOTHING),
        ([beginner(status=Status.INCOMPLETE_EXPIRED)], NOW + HOUR, NOTHING),
        # renewal coming
        ([renewing(30)], NOW - SECOND, NOTHING),
        ([renewing(30)], NOW, ["renewal:sub_1:2026-12-23"]),
        ([renewing(2)], NOW, ["renewal:sub_1:2026-11-25"]),
        ([renewing(0)], NOW, NOTHING),
        ([subscription(period_ends_at=NOW + 10 * DAY)], NOW, NOTHING),
        ([renewing(10, cancels_at=NOW + 10 * DAY)], NOW, NOTHING),
        ([renewing(10, status=Status.PAST_DUE)], NOW, NOTHING),
        # trial ending
        ([trial(30)], NOW + 23 * DAY - SECOND, NOTHING),
        ([trial(30)], NOW + 23 * DAY, ["trial:sub_1:2026-12-23"]),
        ([trial(30)], NOW + 30 * DAY - SECOND, ["trial:sub_1:2026-12-23"]),
        ([trial(30)], NOW + 30 * DAY, NOTHING),
        ([trial(8), PAID_FIRST], NOW + 4 * DAY - SECOND, ["started:sub_1"]),
        ([trial(8)], NOW + 4 * DAY, ["started:sub_1", "trial:sub_1:2026-12-01"]),
        ([trial(3), PAID_FIRST], NOW + DAY - SECOND, ["started:sub_1"]),
        ([trial(3)], NOW + DAY, ["started:sub_1", "trial:sub_1:2026-11-26"]),
        ([trial(1)], NOW + DAY - SECOND, ["started:sub_1"]),
        ([trial(30, cancels_at=NOW + 30 * DAY)], NOW + 25 * DAY, NOTHING),
        # introductory offer ending
        ([discounted(7)], NOW - SECOND, NOTHING),
        ([discounted(7)], NOW, ["offer:sub_1:2026-11-30"]),
        ([discounted(0)], NOW, NOTHING),
        (
            [replace(discounted(7), next_sold=SPORT, next_price_at=NOW + 7 * DAY)],
            NOW,
            ["price:sub_1:sport:2026-11-30"],
        ),
        (
            [beginner(), first_invoice(amount_due=100, paid_at=NOW)],
            NOW + 23 * DAY,
            ["offer:sub_1:2026-12-23"],
        ),
        ([beginner(), PAID_FIRST], NOW + 23 * DAY, NOTHING),
        # card expiring: it is good until midnight in New York, at 5:00 in UTC
        (
            [subscription(card_ends_date=date(2027, 1, 1))],
            datetime(2026, 12, 11, 4, 59, 59, tzinfo=UTC),
            NOTHING,
        ),
        (
            [subscription(card_ends_date=date(2027, 1, 1))],
            datetime(2026, 12, 11, 5, tzinfo=UTC),
            ["card:sub_1:4242:2027-01-01"],
        ),
        (
            [subscription(card_ends_date=date(2027, 1, 1))],
            datetime(2027, 1, 8, 4, 59, 59, tzinfo=UTC),
            ["card:sub_1:4242:2027-01-01"],
        ),
        (
            [subscription(card_ends_date=date(2027, 1, 1))],
            datetime(2027, 1, 8, 5, tzinfo=UTC),
            NOTHING,
        ),
        ([ending(card_ends_date=date(2026, 12, 1))], NOW, ["cancelled:sub_1:2026-12-13"]),
        # payment failed
        ([failing(), unpaid(NOW)], NOW, ["failed:in_1:0"]),
        ([failing(), unpaid(NOW)], NOW + 3 * DAY - SECOND, ["failed:in_1:0"]),
        ([failing(), unpaid(NOW)], NOW + 3 * DAY, ["failed:in_1:3"]),
        ([failing(), unpaid(NOW)], NOW + 7 * DAY - SECOND, ["failed:in_1:3"]),
        ([failing(), unpaid(NOW)], NOW + 7 * DAY, ["failed:in_1:7"]),
        ([failing(), unpaid(NOW)], NOW + 10 * DAY, ["failed:in_1:7"]),
        ([failing(), unpaid(NOW)], NOW + 14 * DAY - SECOND, ["failed:in_1:7"]),
        ([failing(), unpaid(NOW)], NOW + 14 * DAY, NOTHING),
        ([failing(), unpaid(NOW, attempts=0)], NOW, NOTHING),
        ([failing(), unpaid(NOW, status="uncollectible")], NOW, NOTHING),
        ([subscription(status=Status.UNPAID), unpaid(NOW)], NOW, ["failed:in_1:0"]),
        ([subscription(), unpaid(NOW)], NOW, NOTHING),
        ([failing(), unpaid(NOW, billing_reason="subscription_create")], NOW, NOTHING),
        ([failing(), unpaid(NOW, subscription_id="sub_2")], NOW, NOTHING),
        # recovered: without a letter about the failure there is nothing to say
        ([subscription(), invoice(paid_at=NOW)], NOW, NOTHING),
        # price change
        (
            [subscription(sold=SPORT, price_since=NOW)],
            NOW,
            ["price:sub_1:sport:2026-11-23T12:00:00"],
        ),
        ([subscription(price_since=NOW)], NOW + WEEK, NOTHING),
        (
            [subscription(next_sold=SPORT, next_price_at=NOW + 20 * DAY)],
            NOW,
            ["price:sub_1:sport:2026-12-13"],
        ),
        ([subscription(next_sold=MONTH, next_price_at=NOW + 20 * DAY)], NOW, NOTHING),
        ([ended(price_since=NOW)], NOW, ["ended:sub_1:2026-11-23"]),
        # cancelled
        ([ending()], NOW, ["cancelled:sub_1:2026-12-13"]),
        ([ending()], NOW + WEEK - SECOND, ["cancelled:sub_1:2026-12-13"]),
        ([ending()], NOW + WEEK, NOTHING),
        ([ending(known_since=NOW)], NOW, NOTHING),
        ([ending(known_since=NOW, started_at=NOW - 8 * DAY)], NOW, NOTHING),
        ([ending(known_since=NOW - DAY)], NOW, ["cancelled:sub_1:2026-12-13"]),
        ([subscription(cancel_known_since=NOW)], NOW, NOTHING),
        # ended
        ([ended()], NOW, ["ended:sub_1:2026-11-23"]),
        ([ended()], NOW + WEEK - SECOND, ["ended:sub_1:2026-11-23"]),
        ([ended()], NOW + WEEK, NOTHING),
        ([ended(known_since=NOW + DAY)], NOW + DAY, NOTHING),
        (
            [ended(ended_at=datetime(2026, 11, 23, 4, 59, tzinfo=UTC))],
            NOW,
            ["ended:sub_1:2026-11-22"],
        ),
        # refunded
        (
            [subscription(), invoice(amount_refunded=200, refunded_at=NOW)],
            NOW,
            ["refunded:in_1:200"],
        ),
        ([subscription(), invoice(amount_refunded=200, refunded_at=NOW)], NOW + WEEK, NOTHING),
        ([a_pass(amount_refunded=300, refunded_at=NOW)], NOW, ["refunded:cs_1:300"]),
        (
            [a_pass(amount_refunded=100, refunded_at=NOW)],
            NOW,
            ["pass:cs_1", "refunded:cs_1:100"],
        ),
        # pass
        ([a_pass()], NOW, ["pass:cs_1"]),
        ([a_pass()], NOW + DAY - SECOND, ["pass:cs_1"]),
        ([a_pass()], NOW + DAY, NOTHING),
        ([a_pass(paid_at=None, ends_at=None)], NOW, NOTHING),
        ([a_pass(ends_at=NOW + 30 * DAY)], NOW + WEEK, NOTHING),
        ([a_pass(disputed_at=NOW)], NOW, NOTHING),
    ],
)
def test_due(rows: list[Any], now: datetime, expected: list[str]) -> None:
    assert keys(*rows, now=now) == expected


def test_nothing_is_due_twice() -> None:
    rows: list[Row] = [failing(), unpaid(NOW), a_pass()]
    written = set(keys(*rows))
    assert len(written) == 2
    assert keys(*rows, written=written) == []


def test_another_refund_of_the_same_payment_is_told_too() -> None:
    first = invoice(amount_refunded=200, refunded_at=NOW)
    second = invoice(amount_refunded=1200, refunded_at=NOW)
    written = set(keys(subscription(), first))
    assert keys(subscription(), second, written=written) == ["refunded:in_1:1200"]


def test_only_the_newest_letter_about_a_failure_is_due() -> None:
    rows: list[Row] = [failing(), unpaid(NOW)]
    assert keys(*rows, written={"failed:in_1:7"}, now=NOW + 8 * DAY) == []
    assert keys(*rows, written={"failed:in_1:0"}, now=NOW + 3 * DAY) == ["failed:in_1:3"]


@pytest.mark.parametrize("day", [0, 3, 7])
def test_a_payment_that_arrives_is_told_to_who_heard_that_it_failed(day: int) -> None:
    rows: list[Row] = [subscription(), invoice(paid_at=NOW)]
    written = {f"failed:in_1:{day}"}
    assert keys(*rows, written=written) == ["recovered:in_1"]
    assert keys(*rows, written=written, now=NOW + WEEK) == []
    assert keys(ended(), invoice(paid_at=NOW), written=written) == ["ended:sub_1:2026-11-23"]


@pytest.mark.parametrize(
    ("changes", "by_reader", "named"),
    [
        ({"status": "open"}, False, True),
        ({"status": "void"}, False, True),
        ({"status": "void"}, True, False),
        ({"status": "void", "made_at": NOW - 90 * DAY}, False, False),
        ({"status": "void", "attempts": 0}, False, False),
    ],
    ids=["open", "voided since", "ended by the reader", "of an older period", "never asked for"],
)
def test_the_end_is_explained_by_what_was_not_paid(
    changes: dict[str, Any], by_reader: bool, named: bool
) -> None:
    never_paid = replace(unpaid(NOW, attempts=4), **changes)
    [letter] = due(ended(ended_by_reader=by_reader), never_paid)
    assert (letter.kind, letter.invoice is not None) == (Kind.ENDED, named)


def test_a_switch_that_waited_is_announced_once() -> None:
    day = NOW + 20 * DAY
    waiting = subscription(next_sold=SPORT, next_price_at=day)
    written = set(keys(waiting))
    for late in (timedelta(), 5 * DAY):
        begun = subscription(sold=SPORT, price_since=day + late)
        assert keys(begun, written=written, now=day + late) == []
    much_later = day + 8 * DAY
    again = subscription(sold=SPORT, price_since=much_later)
    assert len(keys(again, written=written, now=much_later)) == 1


def test_a_switch_made_earlier_than_announced_is_told() -> None:
    written = set(keys(subscription(next_sold=SPORT, next_price_at=NOW + 20 * DAY)))
    at_once = subscription(sold=SPORT, price_since=NOW + DAY)
    assert keys(at_once, written=written, now=NOW + DAY) == [
        "price:sub_1:sport:2026-11-24T12:00:00"
    ]


def test_switching_there_and_back_and_there_again_is_told_each_time() -> None:
    written: set[str] = set()
    for hours, sold in enumerate([SPORT, MONTH, SPORT], start=1):
        moment = NOW + hours * HOUR
        found = keys(subscription(sold=sold, price_since=moment), written=written, now=moment)
        assert len(found) == 1
        written |= set(found)
    assert len(written) == 3


def test_a_renewal_names_what_will_be_paid() -> None:
    switching = renewing(10, next_sold=MONTH, next_price_at=NOW + 10 * DAY)
    renewal = next(each for each in due(switching) if each.kind is Kind.RENEWAL_COMING)
    assert renewal.sold == MONTH


def test_who_stopped_letters_gets_those_about_money_alone() -> None:
    rows: list[Row] = [
        ended(),
        subscription(stripe_id="sub_2", card_ends_date=date(2026, 12, 1)),
        invoice(amount_refunded=1200, refunded_at=NOW),
    ]
    everything = due(*rows)
    assert {each.kind for each in everything} == {*MAY_BE_STOPPED, Kind.REFUNDED}
    assert [each.kind for each in due(*rows, stopped=True)] == [Kind.REFUNDED]


def test_what_was_taken_over_gets_no_stale_letters() -> None:
    """A month's history, and more, is heard of in one moment."""
    heard = {"known_since": NOW, "cancel_known_since": NOW}
    rows: list[Row] = [
        subscription(stripe_id="sub_a", **heard),
        subscription(stripe_id="sub_b", cancels_at=NOW + 20 * DAY, **heard),
        ended(stripe_id="sub_c", ended_at=NOW - DAY, **heard),
        subscription(stripe_id="sub_d", started_at=NOW - 30 * DAY, **heard),
        failing(stripe_id="sub_e", **heard),
        unpaid(NOW - 20 * DAY, subscription_id="sub_e"),
        invoice(subscription_id="sub_a", amount_refunded=1200, refunded_at=NOW - 30 * DAY),
        a_pass(paid_at=NOW - 30 * DAY, ends_at=NOW + 100 * DAY),
    ]
    assert keys(*rows) == []
