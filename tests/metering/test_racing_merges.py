"""Meters made, merged and charged in one moment. The controls take off the locks."""

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from django.db import IntegrityError, OperationalError

from paywall.metering import joining
from paywall.metering.keys import Key
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.metering.opening import Opening
from paywall.periods import Period
from tests.making import make_reader
from tests.metering.meters import broken_counts, join, join_stranger, numbers_read, open_one
from tests.metering.racing import race, some_try_breaks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hesitation")]

fresh = count(1)


def meters_made_by_ten_devices() -> int:
    before = Meter.objects.count()
    reader = make_reader()
    race(partial(join, reader) for _ in range(10))
    return Meter.objects.count() - before


def test_ten_devices_make_one_meter() -> None:
    for _ in range(3):
        assert meters_made_by_ten_devices() == 1


def test_control_without_looking_again_ten_devices_make_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def point_to_one(wanted: dict[tuple[str, str], Key], found: object, period: Period) -> None:
        meter = Meter.objects.create(period=period.starts_date)
        MeterKey.objects.bulk_create(
            [
                MeterKey(kind=key.kind, value=key.value, reader_id=key.reader_id, meter=meter)
                for key in wanted.values()
            ],
            ignore_conflicts=True,
        )

    monkeypatch.setattr(joining, "_point_to_one", point_to_one)
    assert some_try_breaks(lambda: meters_made_by_ten_devices() > 1)


def test_accounts_of_one_mailbox_share_one_meter_from_the_first_moment() -> None:
    for _ in range(3):
        name = f"ann{next(fresh)}"
        readers = [make_reader(f"{name}+{tag}@example.com") for tag in range(6)]
        race(partial(join, reader) for reader in readers)
        meters = MeterKey.objects.filter(reader__in=readers).values_list("meter", flat=True)
        assert len(meters) == 6
        assert len(set(meters)) == 1


def merging_loses(*, opening_meanwhile: bool) -> bool:
    """Merge three meters in every direction at once; tell whether a story or a count was lost."""
    readers = [make_reader() for _ in range(3)]
    meters = [join(reader) for reader in readers]
    opened = {0, 1, 2, 10}
    for number, meter in enumerate(meters):
        open_one(meter, number)
        open_one(meter, 10)
    runners: list[Callable[[], object]] = [
        partial(join, *(readers[index] for index in order))
        for order in [(0, 1), (1, 0), (1, 2), (2, 1), (2, 0), (0, 2)]
    ]
    # What is being copied is opened in the other direction, and what is new besides.
    stories = [(meter, number) for meter in meters for number in (0, 1, 2, 10, next(fresh) + 100)]
    if opening_meanwhile:
        runners += [partial(open_one, meter, number, allowance=99) for meter, number in stories]
        answers = race(runners)[-len(stories) :]
        opened |= {
            number
            for (_, number), answer in zip(stories, answers, strict=True)
            if answer is Opening.OPENED
        }
    else:
        race(runners)
    kept = {join(reader) for reader in readers}
    return len(kept) != 1 or numbers_read(kept.pop()) != opened or bool(broken_counts())


@pytest.mark.parametrize("opening_meanwhile", [False, True], ids=["merging", "and opening"])
def test_merging_in_every_direction_loses_nothing(opening_meanwhile: bool) -> None:
    for _ in range(6):
        assert not merging_loses(opening_meanwhile=opening_meanwhile)


@pytest.mark.usefixtures("without_locks")
def test_control_merging_without_locks_loses_stories_or_counts() -> None:
    def attempt() -> bool:
        try:
            return merging_loses(opening_meanwhile=True)
        except (Meter.DoesNotExist, IntegrityError):  # merged away under somebody's hands
            return True
        except OperationalError as error:  # those who take rows in no order wait in a circle
            return "deadlock" in str(error)

    assert some_try_breaks(attempt)


def test_after_a_union_above_the_allowance_nothing_new_opens() -> None:
    for _ in range(2):
        ann, ben = make_reader(), make_reader()
        meters = [join(ann), join(ben)]
        for number in range(4):
            open_one(meters[0], number)
            open_one(meters[1], 10 + number)
        runners: list[Callable[[], object]] = [partial(join, ann, ben), partial(join, ben, ann)]
        runners += [partial(open_one, meters[number % 2], 100 + number) for number in range(16)]
        race(runners)
        kept = join(ann, ben)
        assert 8 <= len(numbers_read(kept)) <= 14  # each may have reached its own seven before
        assert not broken_counts()
        assert open_one(kept, 500) is Opening.REFUSED


def signing_in_everywhere_miscounts(*, first_time: bool) -> bool:
    """Sign in on six devices at once, each with two stories opened before; tell a miscount."""
    reader = make_reader()
    if not first_time:
        join(reader)
    tokens = [f"device-{next(fresh)}" for _ in range(6)]
    for place, token in enumerate(tokens):
        stranger = join_stranger(token)
        open_one(stranger, place)
        open_one(stranger, 50)

    def sign_in(token: str) -> None:
        joining.take_over(join_stranger(token).pk, join(reader).pk)

    race(partial(sign_in, token) for token in tokens)
    return numbers_read(join(reader)) != {*range(6), 50} or bool(broken_counts())


def test_signing_in_everywhere_at_once_counts_each_story_once() -> None:
    for _ in range(3):
        assert not signing_in_everywhere_miscounts(first_time=True)


@pytest.mark.usefixtures("without_locks")
def test_control_signing_in_everywhere_without_locks_miscounts() -> None:
    def attempt() -> bool:
        try:
            return signing_in_everywhere_miscounts(first_time=False)
        except (Meter.DoesNotExist, IntegrityError):  # merged away under somebody's hands
            return True
        except OperationalError as error:  # those who take rows in no order wait in a circle
            return "deadlock" in str(error)

    assert some_try_breaks(attempt)


def test_signing_in_again_while_meters_merge_never_waits_in_a_circle() -> None:
    for _ in range(3):
        strangers = [join_stranger(f"device-{next(fresh)}") for _ in range(3)]
        ben, ann = make_reader(), make_reader()
        meters = [join(ben), join(ann)]  # younger than the strangers' meters, and so after them
        for place, stranger in enumerate(strangers):
            open_one(stranger, place)
            joining.take_over(stranger.pk, meters[1].pk)
        runners: list[Callable[[], object]] = [partial(join, ann, ben), partial(join, ben, ann)]
        runners += [
            partial(joining.take_over, stranger.pk, meter.pk)
            for stranger in strangers
            for meter in meters
        ]
        race(runners)
        assert numbers_read(join(ann)) == {0, 1, 2}
        assert not broken_counts()


def charged_for_a_shared_device() -> int:
    stranger = join_stranger(f"device-{next(fresh)}")
    open_one(stranger, 1)
    meters = [join(make_reader()) for _ in range(6)]
    race(partial(joining.take_over, stranger.pk, meter.pk) for meter in meters)
    return MeteredRead.objects.filter(meter__in=meters).count()


def test_a_shared_device_charges_one_person() -> None:
    for _ in range(3):
        assert charged_for_a_shared_device() == 1


@pytest.mark.usefixtures("without_locks")
def test_control_a_shared_device_without_locks_charges_more() -> None:
    assert some_try_breaks(lambda: charged_for_a_shared_device() > 1)
