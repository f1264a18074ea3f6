"""Many openings in one moment. Each promise has a control that takes off the lock and breaks it."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import Reader
from paywall.metering.opening import Opening
from tests.making import make_reader
from tests.metering.meters import (
    DECEMBER,
    NOVEMBER,
    broken_counts,
    join,
    numbers_read,
    open_one,
)
from tests.metering.racing import race, some_try_breaks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hesitation")]


def opened_of_forty() -> int:
    meter = join(make_reader())
    openings = race(partial(open_one, meter, number) for number in range(40))
    assert len(numbers_read(meter)) == openings.count(Opening.OPENED)
    return openings.count(Opening.OPENED)


def test_forty_stories_at_once_open_seven() -> None:
    assert opened_of_forty() == 7
    assert not broken_counts()


@pytest.mark.usefixtures("counting_carelessly")
def test_control_forty_stories_counted_carelessly_open_more() -> None:
    assert some_try_breaks(lambda: opened_of_forty() > 7)


def counted_of_two_hundred() -> int:
    meter = join(make_reader())
    openings = race(partial(open_one, meter, 1) for _ in range(200))
    assert openings.count(Opening.OPENED) == 1
    meter.refresh_from_db()
    return meter.used


def test_two_hundred_first_views_of_one_story_cost_one() -> None:
    assert counted_of_two_hundred() == 1


@pytest.mark.usefixtures("without_locks")
def test_control_without_the_transaction_one_story_costs_more() -> None:
    assert some_try_breaks(lambda: counted_of_two_hundred() > 1)


def opened_while_the_month_turns() -> tuple[int, int]:
    """Return how many of the last month's stragglers and of the next month's first opened one."""
    meter = join(make_reader())
    for number in range(4):
        open_one(meter, number)
    months = [NOVEMBER, DECEMBER] * 15
    openings = race(
        partial(open_one, meter, 100 + number, period=month) for number, month in enumerate(months)
    )
    assert len(numbers_read(meter, DECEMBER)) == openings[1::2].count(Opening.OPENED)
    return openings[0::2].count(Opening.OPENED), openings[1::2].count(Opening.OPENED)


def test_each_month_opens_its_own_seven_while_it_turns() -> None:
    for _ in range(2):
        stragglers, first = opened_while_the_month_turns()
        assert stragglers <= 3
        assert first == 7
        assert not broken_counts()


@pytest.mark.usefixtures("counting_carelessly")
def test_control_counted_carelessly_the_turning_month_opens_more() -> None:
    def attempt() -> bool:
        stragglers, first = opened_while_the_month_turns()
        return stragglers > 3 or first > 7

    assert some_try_breaks(attempt)


def test_a_reader_deleted_while_opening_leaves_an_exact_meter() -> None:
    for _ in range(3):
        reader = make_reader()
        meter = join(reader)
        runners: list[Callable[[], object]] = [Reader.objects.get(pk=reader.pk).delete]
        runners += [partial(open_one, meter, number) for number in range(12)]
        race(runners)
        assert not broken_counts()
        assert len(numbers_read(meter)) == 7
        again = make_reader(reader.email)
        assert numbers_read(join(again)) == numbers_read(meter)
