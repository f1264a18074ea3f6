import pytest

from accounts.models import Reader
from paywall.metering import joining
from paywall.metering.models import Meter
from paywall.metering.opening import Opening
from tests.making import make_reader
from tests.metering.meters import (
    DECEMBER,
    NOVEMBER,
    broken_counts,
    join,
    join_stranger,
    numbers_read,
    open_one,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def meter(reader: Reader) -> Meter:
    return join(reader)


@pytest.fixture
def stranger() -> Meter:
    """Return the meter of a device that opened two stories."""
    stranger = join_stranger("device")
    open_one(stranger, 1)
    open_one(stranger, 2)
    return stranger


def test_what_was_opened_before_signing_up_counts_once(meter: Meter, stranger: Meter) -> None:
    open_one(meter, 2)
    joining.take_over(stranger.pk, meter.pk)
    assert numbers_read(meter) == {1, 2}
    assert open_one(meter, 1) is Opening.READ_BEFORE
    assert not broken_counts()


def test_signing_in_again_counts_nothing_twice(meter: Meter, stranger: Meter) -> None:
    for _ in range(3):
        joining.take_over(stranger.pk, meter.pk)
    assert numbers_read(meter) == {1, 2}
    assert not broken_counts()


def test_signing_out_gives_nothing_back(meter: Meter, stranger: Meter) -> None:
    joining.take_over(stranger.pk, meter.pk)
    assert open_one(stranger, 3, allowance=2) is Opening.REFUSED
    assert open_one(stranger, 1, allowance=3) is Opening.READ_BEFORE


def test_what_is_opened_after_signing_out_counts_at_the_next_signing_in(
    meter: Meter, stranger: Meter
) -> None:
    joining.take_over(stranger.pk, meter.pk)
    open_one(stranger, 3)
    joining.take_over(stranger.pk, meter.pk)
    assert numbers_read(meter) == {1, 2, 3}
    assert not broken_counts()


def test_a_shared_device_charges_the_first_who_signs_in(meter: Meter, stranger: Meter) -> None:
    second = join(make_reader())
    joining.take_over(stranger.pk, meter.pk)
    joining.take_over(stranger.pk, second.pk)
    open_one(stranger, 3)
    joining.take_over(stranger.pk, second.pk)
    assert numbers_read(meter) == {1, 2}
    assert numbers_read(second) == set()


def test_a_union_above_the_allowance_opens_nothing_new(meter: Meter, stranger: Meter) -> None:
    for number in range(10, 16):
        open_one(meter, number)
    joining.take_over(stranger.pk, meter.pk)
    assert len(numbers_read(meter)) == 8
    assert open_one(meter, 99) is Opening.REFUSED


def test_a_device_of_last_month_costs_nothing_in_this_one(meter: Meter, stranger: Meter) -> None:
    open_one(meter, 5, period=DECEMBER)
    joining.take_over(stranger.pk, meter.pk)
    meter.refresh_from_db()
    assert (meter.period, meter.used) == (DECEMBER.starts_date, 1)
    assert numbers_read(meter, NOVEMBER) == {1, 2}


def test_a_device_in_the_new_month_takes_the_reader_along(meter: Meter, stranger: Meter) -> None:
    open_one(meter, 9)
    open_one(stranger, 3, period=DECEMBER)
    joining.take_over(stranger.pk, meter.pk)
    meter.refresh_from_db()
    assert (meter.period, meter.used) == (DECEMBER.starts_date, 1)
    assert numbers_read(meter, DECEMBER) == {3}


def test_the_reader_is_asked_about_anew(reader: Reader, meter: Meter, stranger: Meter) -> None:
    before = reader.access_version
    joining.take_over(stranger.pk, meter.pk)
    reader.refresh_from_db()
    assert reader.access_version > before


def test_meters_that_are_gone_are_let_be(meter: Meter, stranger: Meter) -> None:
    joining.take_over(stranger.pk + 1000, meter.pk)
    joining.take_over(stranger.pk, meter.pk + 1000)
    assert numbers_read(meter) == set()
    assert Meter.objects.get(pk=stranger.pk).merged_into is None
