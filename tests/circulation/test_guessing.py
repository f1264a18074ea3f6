"""Guessers are slow: five wrong tries an hour, then ever longer pauses, and never for good."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Reader
from paywall.circulation import guessing
from paywall.circulation.claims import WrongTries
from paywall.circulation.guessing import place_of
from paywall.circulation.patience import HOUR, LONGEST, Tried, after_wrong, may_try_at
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def waits(reader: Reader, number: str, *, network: str = "", now: datetime = NOW) -> bool:
    return claim(reader, typed(number), network=network, now=now).again_at is not None


def test_one_number_is_tried_five_times_an_hour_whoever_tries() -> None:
    assert [waits(make_reader(), "4711") for _ in range(7)] == [False] * 5 + [True] * 2
    assert not waits(make_reader(), "4712")


def test_it_is_one_number_however_it_is_written() -> None:
    numbers = ["4711", "#4711", "0004711", "47-11", "No. 4711"]
    assert not any(waits(make_reader(), number) for number in numbers)
    assert waits(make_reader(), "4 7 1 1")


def test_a_number_that_is_somebodys_counts_alike() -> None:
    make_account()
    for _ in range(5):
        claim(what=typed(last_name="Wrong"))
    assert claim().again_at, "even what is right waits: otherwise waiting would tell"


def test_one_name_and_postal_code_is_tried_five_times_an_hour() -> None:
    wrong = [typed("", phone=f"000{number}") for number in range(1, 7)]
    assert [bool(claim(what=what).again_at) for what in wrong] == [False] * 5 + [True]
    assert not claim(what=typed("", phone="0001", postal_code="10117")).again_at


def test_one_reader_tries_five_times_an_hour() -> None:
    reader = make_reader()
    numbers = [f"47{number}" for number in range(6)]
    assert [waits(reader, number) for number in numbers] == [False] * 5 + [True]


def test_one_network_tries_five_times_an_hour() -> None:
    assert [
        waits(make_reader(), f"47{number}", network=f"2001:db8:1:2::{number}")
        for number in range(6)
    ] == [False] * 5 + [True]
    assert not waits(make_reader(), "479", network="2001:db8:1:3::1")


def test_an_hour_later_one_may_try_again_and_then_waits_longer() -> None:
    reader, now = make_reader(), NOW
    pauses = []
    for _ in range(7):
        for number in range(5):
            assert not waits(reader, f"47{number}{now:%d%H}", now=now)
        again_at = claim(reader, typed("999"), now=now).again_at
        assert again_at
        pauses.append(again_at - now)
        now = again_at
    hours = [pause / HOUR for pause in pauses]
    assert hours == [1, 2, 4, 8, 16, 24, 24]


def test_a_quiet_day_and_it_begins_anew() -> None:
    tried = Tried(tries=5, rounds=4, since=NOW)
    later = tried.ends_at + LONGEST
    assert after_wrong(tried, most=5, now=later) == Tried(1, 0, later)


def test_who_was_wrong_less_often_never_waits() -> None:
    tried = Tried(tries=0, rounds=0, since=NOW)
    for day in range(30):
        for _ in range(4):
            now = NOW + timedelta(days=day)
            assert may_try_at(tried, most=5, now=now) is None
            tried = after_wrong(tried, most=5, now=now)
    assert tried.rounds == 0


def test_what_is_right_does_not_count() -> None:
    make_account()
    reader = make_reader()
    for _ in range(10):
        assert claim(reader, network="192.0.2.7").activation
    assert not WrongTries.objects.filter(tries__gt=0).exists()


def test_waiting_counts_nothing() -> None:
    reader = make_reader()
    for number in range(5):
        waits(reader, f"47{number}")
    before = set(WrongTries.objects.values_list("key", "tries"))
    assert waits(reader, "470")
    assert before <= set(WrongTries.objects.values_list("key", "tries"))


def test_what_was_typed_is_kept_as_a_keyed_hash_alone() -> None:
    claim(what=typed("4711", last_name="Secretname"))
    for row in WrongTries.objects.all():
        assert len(row.key) == 64
        assert "4711" not in row.key[:4]


def test_old_counts_are_forgotten() -> None:
    claim(what=typed("4711"))
    assert guessing.forget_old(now=NOW + timedelta(days=2)) == 0
    assert guessing.forget_old(now=NOW + timedelta(days=5)) == 3


@pytest.mark.parametrize(
    ("network", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_places(network: str, place: str) -> None:
    assert place_of(network) == place
