"""“Check it for me”: tried again with the next seven files, decided by staff."""

from datetime import timedelta

import pytest

from accounts.models import Reader
from paywall.circulation import cases, drafts
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintPublication
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Reader:
    """A reader whose subscription began yesterday: tonight's file does not have it."""
    reader = make_reader()
    a_file(0)
    claim(reader, typed(phone="0142"))
    assert cases.open_case(reader, now=NOW)
    return reader


def a_file(day: int) -> None:
    PrintPublication.objects.update_or_create(
        name="", defaults={"as_of": NOW + timedelta(days=day)}
    )


def test_a_case_is_found_by_a_later_file(reader: Reader) -> None:
    assert cases.try_again(NOW) == 0
    make_account()
    assert cases.try_again(NOW) == 0, "no new file has come"
    a_file(1)
    assert cases.try_again(NOW) == 1
    case = PrintCase.objects.get()
    assert (case.state, case.tries) == (PrintCase.State.FOUND, 1)
    assert Activation.objects.active().get().reader == reader
    a_file(2)
    assert cases.try_again(NOW) == 0


def test_a_case_is_tried_seven_times_once_with_each_file_and_stays_for_staff(
    reader: Reader,
) -> None:
    for day in range(1, 10):
        a_file(day)
        cases.try_again(NOW)
        cases.try_again(NOW)
        assert PrintCase.objects.get().tries == min(day, 7)
    make_account()
    a_file(11)
    assert cases.try_again(NOW) == 0
    assert PrintCase.objects.get().state == PrintCase.State.OPEN


def test_a_case_that_breaks_no_other(reader: Reader) -> None:
    make_account(seats=0)
    a_file(1)
    assert cases.try_again(NOW) == 0
    assert Activation.objects.get().state == Activation.State.WAITING


def test_asking_again_is_one_case_with_what_was_typed_last(reader: Reader) -> None:
    claim(reader, typed("777"))
    assert cases.open_case(reader, now=NOW)
    assert cases.open_case(reader, now=NOW), "two clicks"
    case = PrintCase.objects.get()
    assert (case.number, case.tries) == ("777", 0)


def test_nothing_typed_is_no_case() -> None:
    assert cases.open_case(make_reader(), now=NOW) is None


def test_a_draft_is_kept_for_a_day() -> None:
    reader = make_reader()
    claim(reader, typed("777"))
    assert drafts.draft_of(reader, now=NOW + timedelta(hours=23))
    assert drafts.draft_of(reader, now=NOW + timedelta(hours=25)) is None
    assert cases.open_case(reader, now=NOW + timedelta(hours=25)) is None
    assert cases.forget_old(now=NOW + timedelta(hours=25)) == 1


def test_a_case_keeps_of_a_phone_number_its_last_four_digits() -> None:
    reader = make_reader()
    claim(reader, typed("", phone="(808) 555-0199"))
    case = cases.open_case(reader, now=NOW)
    assert case
    assert case.phone_last4 == "0199"


def test_staff_approve_whatever_was_typed(reader: Reader) -> None:
    account, staff = make_account("999", last_name="OTHER"), make_reader(is_staff=True)
    taken = cases.approve(PrintCase.objects.get(), account, by=staff, now=NOW)
    assert (taken.reader, taken.proof, taken.state) == (reader, "staff", "active")
    case = PrintCase.objects.get()
    assert (case.state, case.decided_by, case.account) == ("approved", staff, account)


def test_staff_are_told_when_no_seat_is_free(reader: Reader) -> None:
    account = make_account("999", seats=1)
    claim(what=typed("999"))
    with pytest.raises(cases.NoSeatError):
        cases.approve(PrintCase.objects.get(), account, by=make_reader(), now=NOW)
    assert PrintCase.objects.get().state == PrintCase.State.OPEN
    assert not Activation.objects.filter(reader=reader).exists()


def test_staff_decline_with_a_reason_and_it_is_forgotten_after_a_month(reader: Reader) -> None:
    cases.decline(PrintCase.objects.get(), reason=" Not ours. ", by=make_reader(), now=NOW)
    assert PrintCase.objects.get().reason == "Not ours."
    assert cases.forget_old(now=NOW + timedelta(days=29)) == 0
    assert cases.forget_old(now=NOW + timedelta(days=31)) == 1
