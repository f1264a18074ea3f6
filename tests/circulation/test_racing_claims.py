"""Many claims in one moment. The promise has a control that takes off the lock and breaks it."""

from functools import partial

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import QuerySet

from paywall.circulation import guessing, seating
from paywall.circulation.claims import Activation, WrongTries
from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement
from tests.circulation.claiming import claim, make_account, typed
from tests.making import make_reader
from tests.metering.racing import race, slow_down, some_try_breaks

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50


@pytest.fixture(autouse=True)
def _hesitation(monkeypatch: pytest.MonkeyPatch) -> None:
    if pool := getattr(connection, "pool", None):
        monkeypatch.setattr(pool, "timeout", 120)
    slow_down(monkeypatch, seating, "free_seats")
    slow_down(monkeypatch, guessing, "too_often")


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take off what claims rely on: the row locks, and that a file of SQLite has one writer."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    if connection.vendor == "sqlite":
        from contextlib import nullcontext
        from types import SimpleNamespace

        from paywall.circulation import activation

        monkeypatch.setattr(activation, "transaction", SimpleNamespace(atomic=nullcontext))
    slow_down(monkeypatch, seating, "free_seats", most=0.03)
    slow_down(monkeypatch, guessing, "too_often", most=0.03)


def winners_of_one_seat(many: int) -> int:
    number = f"9{PrintAccount.objects.count():05}"
    account = make_account(number, seats=2)
    claim(what=typed(number))  # the holder
    claim(what=typed(number, last_name="Nobody"))  # so that nobody waits to be the first to count
    readers = [make_reader() for _ in range(many)]
    answers = race(partial(claim, reader, typed(number)) for reader in readers)
    winners = [answer for answer in answers if answer.activation]
    active = account.activations.active()
    assert account.activations.count() == many + 1, "the others wait for the holder"
    given = Entitlement.objects.filter(reader__in=readers)
    assert len(winners) == given.count() == active.count() - 1
    return len(winners)


def test_fifty_claims_of_one_seat_have_one_winner(settings: LazySettings) -> None:
    settings.PRINT_TRIES_AN_HOUR = 2 * MANY
    assert winners_of_one_seat(MANY) == 1
    assert Activation.objects.filter(holder=True).count() == 1


@pytest.mark.usefixtures("without_locks")
def test_control_without_the_lock_one_seat_has_more_winners(settings: LazySettings) -> None:
    settings.PRINT_TRIES_AN_HOUR = MANY

    assert some_try_breaks(lambda: winners_of_one_seat(10) > 1)


def wrong_tries_let_pass(many: int) -> int:
    WrongTries.objects.all().delete()
    readers = [make_reader() for _ in range(many)]
    answers = race(partial(claim, reader, typed("4711")) for reader in readers)
    return sum(answer.again_at is None for answer in answers)


def test_of_thirty_wrong_tries_at_once_five_are_let_pass() -> None:
    assert wrong_tries_let_pass(30) == 5


@pytest.mark.usefixtures("without_locks")
def test_control_without_the_lock_more_wrong_tries_are_let_pass() -> None:
    assert some_try_breaks(lambda: wrong_tries_let_pass(12) > 5)


def test_one_reader_claiming_many_times_at_once_has_one_seat() -> None:
    account, reader = make_account(), make_reader()
    answers = race(partial(claim, reader, network="192.0.2.1") for _ in range(20))
    assert all(answer.activation for answer in answers)
    assert account.activations.count() == 1
    assert Entitlement.objects.filter(reader=reader).count() == 1
