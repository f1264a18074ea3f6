"""A reader erased stays erased."""

from datetime import timedelta
from pathlib import Path

import pytest

from paywall.circulation import cases, erasing, importing
from paywall.circulation.claims import Activation, PrintCase, Suppressed
from paywall.circulation.models import PrintAccount, RejectedRow, StagedRow
from paywall.entitlements.models import Entitlement
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.circulation.files import DAY, MONDAY, a_line, activate, lines, take
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def erased_numbers() -> set[str]:
    found = (erasing.erased_among(typed(number)) for number in ("00123456", "777", "4711"))
    return {key for numbers in found for _, key in numbers}


def test_an_erased_account_is_gone_and_known_as_erased() -> None:
    make_account(former_number_key="777")
    reader = make_reader()
    claim(reader)
    assert len(erasing.erase(reader, now=NOW)) == 1
    assert not PrintAccount.objects.exists()
    assert not Activation.objects.exists()
    assert not Entitlement.objects.in_force(NOW).exists()
    assert erased_numbers() == {"00123456", "777"}


def test_what_is_kept_of_it_names_nobody() -> None:
    make_account()
    reader = make_reader()
    claim(reader)
    erasing.erase(reader, now=NOW)
    row = Suppressed.objects.get()
    assert len(row.key) == 64
    assert "123456" not in row.key


def test_an_account_that_others_read_with_stays_theirs() -> None:
    account, reader, other = make_account(), make_reader(), make_reader()
    claim(reader)
    claim(other)
    assert erasing.erase(reader, now=NOW) == []
    left = Activation.objects.get()
    assert (left.account, left.reader, left.holder) == (account, other, True)
    assert not erased_numbers()


def test_who_only_asked_erases_nobodys_account() -> None:
    make_account(seats=0)
    reader = make_reader()
    claim(reader)
    assert Activation.objects.exists()
    assert erasing.erase(reader, now=NOW) == []
    assert PrintAccount.objects.exists()
    assert not Activation.objects.exists()


def test_an_account_with_a_verified_address_of_theirs_is_theirs_without_a_seat() -> None:
    make_account(email="ada@example.com")
    assert len(erasing.erase(make_reader("ada@example.com"), now=NOW)) == 1
    assert not PrintAccount.objects.exists()


def test_what_was_typed_is_erased_too() -> None:
    reader = make_reader()
    claim(reader, typed("4711"))
    erasing.erase(reader, now=NOW)
    assert not PrintCase.objects.exists()


def test_neither_the_next_file_nor_one_that_waits_brings_it_back(tmp_path: Path) -> None:
    rows = [*lines(90), a_line(1090, status="?")]
    take(tmp_path, rows)
    reader = activate(1005).reader
    held = take(tmp_path, rows[:50], at=MONDAY + DAY)
    assert held.state == "held"
    RejectedRow.objects.create(file=held, line=1, number="1005", number_key="1005", reason="no")
    erasing.erase(reader, now=MONDAY + DAY)
    assert not StagedRow.objects.filter(number_key="1005").exists()
    assert not RejectedRow.objects.filter(number_key="1005").exists()
    importing.accept(held.pk, by=None, now=MONDAY + DAY)
    importing.go_on(now=MONDAY + DAY)
    assert not PrintAccount.objects.filter(number="1005").exists()
    for day, more in ((2, "Moved"), (3, "Married")):
        changed = [*rows[:5], a_line(1005, last_name=more), *rows[6:]]
        assert take(tmp_path, changed, at=MONDAY + day * DAY).state == "taken"
        assert not PrintAccount.objects.filter(number="1005").exists()


def test_the_desk_can_let_it_back_when_the_reader_asks(tmp_path: Path) -> None:
    take(tmp_path, lines(50))
    erasing.erase(activate(1005).reader, now=MONDAY)
    again = make_reader()
    claim(again, typed("1005", "Reader1005", postal_code="10001"), now=MONDAY + DAY)
    case = cases.open_case(again, now=MONDAY + DAY)
    assert case
    PrintCase.objects.update(tries=cases.FILES_TRIED)
    assert cases.let_erased_back(case)
    assert not cases.let_erased_back(case)
    take(tmp_path, [*lines(50), a_line(1)], at=MONDAY + 2 * DAY)
    assert cases.try_again(MONDAY + 2 * DAY + timedelta(hours=1)) == 1
    assert Activation.objects.active().get(reader=again).account.number == "1005"
