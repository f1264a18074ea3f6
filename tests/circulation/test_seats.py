"""The holder sees who has a seat, invites, approves and withdraws; nobody else does."""

from datetime import timedelta

import pytest

from accounts.models import Reader
from paywall.circulation import seats
from paywall.circulation.claims import Activation
from paywall.circulation.seats import CannotDoError, NotYoursError
from paywall.circulation.showing import print_of
from paywall.entitlements.models import Entitlement
from paywall.privacy import closing
from tests.circulation.claiming import NOW, claim, make_account
from tests.making import make_reader

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def opens(reader: Reader) -> bool:
    return Entitlement.objects.in_force(LATER).filter(reader=reader).exists()


@pytest.fixture
def holder() -> Reader:
    make_account()
    reader = make_reader("holder@example.com")
    assert claim(reader).activation
    return reader


def seat_of(reader: Reader) -> Activation:
    return Activation.objects.get(reader=reader)


def claimed(address: str) -> Reader:
    reader = make_reader(address)
    claim(reader)
    return reader


def test_the_holder_sees_who_has_a_seat_and_who_waits_and_others_do_not(holder: Reader) -> None:
    second, third = claimed("second@example.com"), claimed("third@example.com")
    shown = print_of(holder, now=NOW).accounts[0]
    assert [seat.who for seat in shown.taken] == ["h•••@example.com", "s•••@example.com"]
    assert [seat.who for seat in shown.waiting] == ["t•••@example.com"]
    theirs = print_of(second, now=NOW).accounts[0]
    assert (theirs.holder, len(theirs.taken), len(theirs.waiting)) == (False, 0, 0)
    assert print_of(third, now=NOW).accounts == [], "waiting would tell that they guessed right"


def test_a_seat_taken_back_goes_to_who_waits(holder: Reader) -> None:
    second, third = claimed("second@example.com"), claimed("third@example.com")
    with pytest.raises(CannotDoError):
        seats.approve(seat_of(third).pk, by=holder, now=NOW)
    seats.withdraw(seat_of(second).pk, by=holder, now=NOW)
    assert not opens(second)
    seats.approve(seat_of(third).pk, by=holder, now=NOW)
    assert opens(third)


def test_who_lost_the_seat_asks_for_it_even_where_one_is_free(holder: Reader) -> None:
    second = claimed("second@example.com")
    seats.withdraw(seat_of(second).pk, by=holder, now=NOW)
    assert claim(second).activation is None
    assert seat_of(second).state == Activation.State.WAITING
    seats.approve(seat_of(second).pk, by=holder, now=NOW)
    assert opens(second)


def test_who_gave_the_seat_up_may_come_back(holder: Reader) -> None:
    second = claimed("second@example.com")
    seats.withdraw(seat_of(second).pk, by=second, now=NOW)
    assert not opens(second)
    assert claim(second, now=LATER).activation
    assert opens(second)


def test_a_holder_who_leaves_hands_on(holder: Reader) -> None:
    second = claimed("second@example.com")
    seats.withdraw(seat_of(holder).pk, by=holder, now=NOW)
    assert seat_of(second).holder
    assert not opens(holder)
    assert claim(holder, now=LATER).activation
    assert not seat_of(holder).holder


def test_nobody_else_manages_seats(holder: Reader) -> None:
    second, stranger = claimed("second@example.com"), make_reader()
    waiting = claimed("third@example.com")
    account = seat_of(holder).account_id
    for by in (second, stranger, waiting):
        for act in (seats.approve, seats.withdraw):
            with pytest.raises(NotYoursError):
                act(seat_of(holder).pk, by=by, now=NOW)
        with pytest.raises(NotYoursError):
            seats.invite(account, "x@example.com", by=by, now=NOW)
    with pytest.raises(NotYoursError):
        seats.take_back(4711, by=holder, now=NOW)


def invite(holder: Reader, account: int, address: str = "guest@example.com") -> seats.Invited:
    return seats.invite(account, address, by=holder, now=NOW)


def test_an_invitation_gives_a_seat_to_whoever_accepts(holder: Reader) -> None:
    account = seat_of(holder).account_id
    invited = invite(holder, account)
    assert [seat.who for seat in print_of(holder, now=NOW).accounts[0].invited] == [
        "g•••@example.com"
    ]
    guest = make_reader("guest@example.com")
    assert not opens(guest), "an invitation alone turns nothing on"
    seats.accept(invited.secret, guest, now=LATER)
    assert opens(guest)
    assert not seat_of(guest).holder
    with pytest.raises(CannotDoError):
        seats.accept(invited.secret, make_reader(), now=LATER)


def test_an_invitation_lets_back_in_whose_seat_was_taken(holder: Reader) -> None:
    second = claimed("second@example.com")
    seats.withdraw(seat_of(second).pk, by=holder, now=NOW)
    invited = invite(holder, seat_of(holder).account_id, "second@example.com")
    seats.accept(invited.secret, second, now=LATER)
    assert opens(second)


def test_invitations_are_no_more_than_free_seats_and_can_be_taken_back(holder: Reader) -> None:
    account = seat_of(holder).account_id
    invited = invite(holder, account)
    with pytest.raises(CannotDoError):
        invite(holder, account, "other@example.com")
    seats.take_back(invited.invitation.pk, by=holder, now=NOW)
    with pytest.raises(CannotDoError):
        seats.accept(invited.secret, make_reader(), now=NOW)
    invite(holder, account, "other@example.com")


def test_inviting_the_same_address_again_makes_the_first_letter_void(holder: Reader) -> None:
    account = seat_of(holder).account_id
    first, second = invite(holder, account), invite(holder, account)
    with pytest.raises(CannotDoError):
        seats.accept(first.secret, make_reader(), now=NOW)
    seats.accept(second.secret, make_reader(), now=NOW)


def test_five_invitations_a_day(holder: Reader) -> None:
    account = seat_of(holder).account_id
    for _ in range(5):
        invite(holder, account)
    with pytest.raises(CannotDoError):
        invite(holder, account)


def test_nobody_invites_themselves(holder: Reader) -> None:
    with pytest.raises(CannotDoError):
        invite(holder, seat_of(holder).account_id, "Holder+me@example.com")


def test_an_invitation_is_over_after_two_weeks(holder: Reader) -> None:
    invited = invite(holder, seat_of(holder).account_id)
    later = NOW + timedelta(days=15)
    assert seats.invitation_of(invited.secret, now=later) is None
    with pytest.raises(CannotDoError):
        seats.accept(invited.secret, make_reader(), now=later)
    assert seats.forget_old(now=NOW + timedelta(days=60)) == 1


def test_a_seat_proved_meanwhile_leaves_none_for_the_invited(holder: Reader) -> None:
    invited = invite(holder, seat_of(holder).account_id)
    claimed("second@example.com")
    with pytest.raises(CannotDoError):
        seats.accept(invited.secret, make_reader(), now=NOW)


def test_a_holder_whose_account_is_closed_hands_on(holder: Reader) -> None:
    second = claimed("second@example.com")
    closing.forget(holder)
    assert seat_of(second).holder
    assert opens(second)
