import pytest
from allauth.account.models import EmailAddress
from pytest_django import DjangoAssertNumQueries

from accounts.models import Reader
from paywall.metering import joining, keys
from paywall.metering.models import Meter, MeterKey
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


def version(reader: Reader) -> int:
    reader.refresh_from_db()
    return reader.access_version


def test_a_reader_and_the_mailbox_point_to_one_meter() -> None:
    meter = join(make_reader())
    kinds = MeterKey.objects.filter(meter=meter).values_list("kind", flat=True)
    assert sorted(kinds) == ["mailbox", "reader"]
    assert (meter.period, meter.used) == (NOVEMBER.starts_date, 0)


def test_joining_again_changes_nothing_and_asks_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = make_reader()
    meter = join(reader)
    wanted = [keys.of_reader(reader), keys.of_mailbox(reader.email)]
    with django_assert_num_queries(1):
        assert joining.join(wanted, period=DECEMBER) == meter.pk
    assert Meter.objects.get().period == NOVEMBER.starts_date


def test_the_same_words_of_another_kind_are_another_key() -> None:
    reader = make_reader()
    meter = join(reader)
    MeterKey.objects.create(
        kind=MeterKey.Kind.SITE,
        value=reader.public_id.hex,
        meter=Meter.objects.create(period=NOVEMBER.starts_date),
    )
    assert join(reader) == meter
    assert Meter.objects.count() == 2


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("ann@example.com", "ann+tag@example.com"),
        ("ann@example.com", "ANN@EXAMPLE.COM"),
        ("ann.lee@gmail.com", "annlee+x@googlemail.com"),
    ],
)
def test_one_mailbox_has_one_meter_however_it_is_spelled(first: str, again: str) -> None:
    meter = join(make_reader(first))
    open_one(meter, 1)
    Reader.objects.all().delete()
    assert join(make_reader(again.lower())) == meter


def test_deleting_and_signing_up_again_gives_nothing_back() -> None:
    reader = make_reader()
    meter = join(reader)
    for number in range(7):
        open_one(meter, number)
    reader.delete()
    again = join(make_reader(reader.email))
    assert numbers_read(again) == set(range(7))
    assert open_one(again, 8) is Opening.REFUSED


def test_a_new_address_brings_its_mailbox_and_keeps_the_old_one() -> None:
    reader = make_reader()
    old = reader.email
    meter = join(reader)
    open_one(meter, 1)
    reader.email = "moved@example.com"
    reader.save()
    EmailAddress.objects.filter(user=reader).update(email=reader.email)
    assert join(reader) == meter
    assert join(make_reader(old)) == meter
    assert MeterKey.objects.filter(meter=meter).count() == 4


def test_merging_keeps_the_oldest_meter_and_every_story() -> None:
    ann, ben = make_reader(), make_reader()
    older, younger = join(ann), join(ben)
    for number in (1, 2, 3):
        open_one(older, number)
    for number in (3, 4):
        open_one(younger, number)
    assert join(ben, ann) == older
    assert numbers_read(older) == {1, 2, 3, 4}
    assert not broken_counts()
    assert Meter.objects.count() == 1
    assert MeterKey.objects.filter(meter=older).count() == 4


def test_a_union_above_the_allowance_opens_nothing_new_and_closes_nothing() -> None:
    ann, ben = make_reader(), make_reader()
    meters = [join(ann), join(ben)]
    for number in range(5):
        open_one(meters[0], number)
        open_one(meters[1], 10 + number)
    kept = join(ann, ben)
    assert len(numbers_read(kept)) == 10
    assert open_one(kept, 99) is Opening.REFUSED
    assert open_one(kept, 99, period=DECEMBER) is Opening.OPENED


@pytest.mark.parametrize("ahead", [0, 1], ids=["the older", "the younger"])
def test_a_merged_meter_goes_on_in_the_later_month(ahead: int) -> None:
    readers = [make_reader(), make_reader()]
    meters = [join(reader) for reader in readers]
    for number in range(3):
        open_one(meters[1 - ahead], number)
    open_one(meters[ahead], 7, period=DECEMBER)
    kept = join(*readers)
    assert (kept.period, kept.used) == (DECEMBER.starts_date, 1)
    assert numbers_read(kept, NOVEMBER) == {0, 1, 2}
    assert open_one(kept, 8, period=NOVEMBER) is Opening.REFUSED


def test_all_readers_of_merged_meters_are_asked_about_anew() -> None:
    readers = [make_reader() for _ in range(3)]
    for reader in readers:
        join(reader)
    before = [version(reader) for reader in readers]
    join(*readers[:2])
    after = [version(reader) for reader in readers]
    assert after[0] > before[0]
    assert after[1] > before[1]
    assert after[2] == before[2]


def test_strangers_charged_to_a_merged_meter_stay_charged_to_it() -> None:
    ann, ben = make_reader(), make_reader()
    kept, younger = join(ann), join(ben)
    stranger = join_stranger("device")
    joining.take_over(stranger.pk, younger.pk)
    join(ann, ben)
    stranger.refresh_from_db()
    assert stranger.merged_into == kept


def test_a_deleted_readers_mailbox_still_finds_the_meter() -> None:
    reader = make_reader()
    meter = join(reader)
    Reader.objects.filter(pk=reader.pk).delete()
    assert join(make_reader(reader.email)) == meter
