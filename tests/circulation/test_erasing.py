"""A reader erased stays erased."""

import pytest

from paywall.circulation import erasing
from paywall.circulation.claims import Activation, PrintCase, Suppressed
from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db

KEY = ("", "00123456")


def test_an_erased_account_is_gone_and_known_as_erased() -> None:
    make_account(former_number_key="777")
    reader = make_reader()
    claim(reader)
    assert erasing.erase(reader, now=NOW) == 1
    assert not PrintAccount.objects.exists()
    assert not Activation.objects.exists()
    assert not Entitlement.objects.in_force(NOW).exists()
    assert erasing.is_suppressed([KEY, ("", "777"), ("", "4711"), ("Herald", "00123456")]) == {
        KEY,
        ("", "777"),
    }


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
    assert erasing.erase(reader, now=NOW) == 0
    left = Activation.objects.get()
    assert (left.account, left.reader, left.holder) == (account, other, True)
    assert erasing.is_suppressed([KEY]) == frozenset()


def test_who_only_asked_erases_nobodys_account() -> None:
    make_account(seats=0)
    reader = make_reader()
    claim(reader)
    assert Activation.objects.exists()
    assert erasing.erase(reader, now=NOW) == 0
    assert PrintAccount.objects.exists()
    assert not Activation.objects.exists()


def test_what_was_typed_is_erased_too() -> None:
    reader = make_reader()
    claim(reader, typed("4711"))
    erasing.erase(reader, now=NOW)
    assert not PrintCase.objects.exists()


def test_it_can_be_lifted_when_the_reader_comes_back() -> None:
    make_account()
    reader = make_reader()
    claim(reader)
    erasing.erase(reader, now=NOW)
    assert erasing.lift(*KEY)
    assert erasing.is_suppressed([KEY]) == frozenset()
    assert not erasing.lift(*KEY)


def test_without_any_erased_nothing_is_hashed(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert erasing.is_suppressed([KEY] * 1000) == frozenset()
