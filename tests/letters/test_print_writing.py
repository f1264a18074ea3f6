"""The letters about the printed paper, written once each, from what is known."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.conf import LazySettings

from accounts.models import Reader
from paywall.circulation import cases, seats
from paywall.circulation.claims import Activation
from paywall.circulation.following import follow
from paywall.circulation.models import PrintAccount, PrintPublication
from paywall.letters import print_invitation, print_writing
from paywall.letters.composing import compose
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _desk(settings: LazySettings) -> None:
    settings.CIRCULATION_PHONE, settings.CIRCULATION_HOURS = "01632 960 111", "8 to 5"


def a_file(day: int, **line: object) -> datetime:
    """Take in a file that says this of every account, and let entitlements follow."""
    as_of = NOW + day * DAY
    PrintPublication.objects.update_or_create(name="", defaults={"as_of": as_of})
    for account in PrintAccount.objects.all():
        account.lines.update(**{"status_since": as_of, **line})
    follow(list(PrintAccount.objects.values_list("pk", flat=True)), as_of=as_of, now=as_of)
    return as_of


def kinds(now: datetime) -> list[str]:
    """Write what is due, and return the kinds of the new letters."""
    before = set(Letter.objects.values_list("pk", flat=True))
    print_writing.write_all_due(now=now)
    assert print_writing.write_all_due(now=now) == 0, "a second run writes nothing"
    return sorted(Letter.objects.exclude(pk__in=before).values_list("kind", flat=True))


@pytest.fixture
def reader() -> Reader:
    make_account()
    reader = make_reader("john@example.com")
    claim(reader)
    return reader


def test_the_life_of_a_subscription_in_letters(reader: Reader) -> None:
    assert kinds(NOW) == ["print_activated"]
    assert kinds(a_file(1, status="active")) == []
    assert kinds(a_file(20, status="hold")) == ["print_hold"]
    assert kinds(a_file(40, status="active")) == []
    stopped = {"status": "stopped", "paid_through": (NOW + 50 * DAY).date()}
    assert kinds(a_file(51, **stopped)) == []
    assert kinds(a_file(59, **stopped)) == ["print_ending"]
    assert kinds(NOW + 80 * DAY) == [], "no file said that it ended"
    assert kinds(a_file(81, **stopped)) == ["print_ended"]
    assert kinds(a_file(90, status="active")) == ["print_back"]
    assert set(Letter.objects.values_list("address", flat=True)) == {"john@example.com"}


def test_no_letter_of_an_ending_goes_to_an_active_account(reader: Reader) -> None:
    print_writing.write_all_due(now=NOW)
    ended = a_file(81, status="stopped", paid_through=date(2026, 1, 1))
    PrintAccount.objects.get().lines.update(status="active")
    assert kinds(ended) == []


def test_the_letters_say_it_plainly_and_show_no_number(reader: Reader) -> None:
    print_writing.write_all_due(now=NOW)
    letter = Letter.objects.get()
    assert letter.subject == "Your digital access is on"
    assert "•••456" in letter.text
    assert "00123456" not in letter.text + letter.html
    assert "01632 960 111 (8 to 5)" in letter.text
    assert "Letters about your money" not in letter.text + letter.html
    for word in ("entitlement", "{{", "{%", "Stripe"):
        assert word not in letter.text + letter.html


def test_the_holder_is_told_once_who_waits(reader: Reader) -> None:
    print_writing.write_all_due(now=NOW)
    for _ in range(2):
        claim(make_reader())
    assert kinds(NOW) == ["print_activated", "print_asked"]
    asked = Letter.objects.get(kind="print_asked")
    assert asked.reader == reader
    assert "•••@example.com" in asked.text


def test_who_is_let_in_later_is_written_to_then(reader: Reader) -> None:
    second, third = make_reader(), make_reader()
    claim(second)
    claim(third)
    print_writing.write_all_due(now=NOW)
    later = NOW + 30 * DAY
    seats.withdraw(Activation.objects.get(reader=second).pk, by=reader, now=later)
    seats.approve(Activation.objects.get(reader=third).pk, by=reader, now=later)
    assert kinds(later) == ["print_activated"]


def test_staffs_no_reaches_the_reader_with_its_reason() -> None:
    reader = make_reader()
    claim(reader, typed("999"))
    case = cases.open_case(reader, now=NOW)
    assert case
    cases.decline(case, reason="It is your neighbour’s.", by=make_reader(), now=NOW)
    assert kinds(NOW) == ["print_declined"]
    assert "They say: It is your neighbour’s." in Letter.objects.get().text


def test_an_invitation_goes_to_the_invited_and_to_nobody_else(reader: Reader) -> None:
    account = Activation.objects.get().account_id
    invited = seats.invite(account, "guest@example.com", by=reader, now=NOW)
    letter = print_invitation.write(invited, now=NOW)
    assert letter.address == "guest@example.com"
    assert invited.secret in letter.text
    assert "j•••@example.com gets The" in letter.text
    assert "john@example.com" not in letter.text + letter.html
    assert "One of our readers asked us" in letter.text
    assert "Your account" not in letter.text + letter.html  # they have none


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.startswith("print_")])
@pytest.mark.parametrize("has_desk", [True, False])
def test_every_letter_is_complete_and_plain(
    kind: Kind, has_desk: bool, settings: LazySettings
) -> None:
    settings.CIRCULATION_PHONE = "01632 960 111" if has_desk else ""
    about = {
        "number": "•••456",
        "at": NOW,
        "ends_at": NOW,
        "who": "a•••@example.com",
        "inviter": "a•••@example.com",
        "accept_url": "https://news.example.com/activate/invitation/x/",
        "activate_url": "https://news.example.com/activate/",
        "desk_phone": settings.CIRCULATION_PHONE,
        "desk_hours": settings.CIRCULATION_HOURS,
        "reason": "It is not ours.",
        "holder": True,
    }
    letter = compose(kind, "key", make_reader(), about, now=NOW)
    assert 10 < len(letter.subject) < 70
    for text in (letter.subject, letter.text):
        assert not re.search(r"\{|\}|<|&amp;|None|  |\n\n\n| \n|^\s+-", text), text
    assert "We write to" in letter.text
    assert "your money" not in letter.text
