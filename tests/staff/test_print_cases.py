"""The desk's cases: what approving and letting back in says and does."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from paywall.circulation import cases, erasing
from paywall.circulation.claims import PrintCase, Suppressed
from paywall.circulation.models import PrintAccount
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def a_case(number: str = "4711") -> tuple[PrintCase, str]:
    """Return an open case of a new reader, and its page."""
    reader = make_reader()
    claim(reader, typed(number))
    case = cases.open_case(reader, now=NOW)
    assert case
    return case, reverse("admin:paywall_printcase_change", args=[case.pk])


@pytest.mark.parametrize(
    ("status", "says"),
    [("active", "reads with 00123456."), ("stopped", "as soon as digital access comes with it")],
)
def test_approving_says_whether_they_read_now(staff: Client, status: str, says: str) -> None:
    account = make_account(status=status)
    _, page = a_case()
    assert says in staff.post(page, {"approve": account.pk}, follow=True).content.decode()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_was_typed_stands_beside_what_is_on_file_and_says_what_differs(staff: Client) -> None:
    make_account(first_name="", last_name="", second_name="", company="Boatbuilders Ltd")
    reader = make_reader("ada@example.com")
    claim(reader, typed(house_number="12"))
    case = cases.open_case(reader, now=NOW)
    assert case
    page = staff.get(reverse("admin:paywall_printcase_change", args=[case.pk]))
    text = words(page.content.decode())
    for row in (
        "Account number 123456 00123456 ✓ fits",
        "Name Smith Boatbuilders Ltd ✗ differs",
        "Postal code 96813 96813 (bill: 10115) ✓ fits",
        "House number 12 12 Harbour Street ✓ fits",
        "Phone, last four – 0142 Email address ada@example.com – Digital access",
        "2 of its 2 seats are free.",
    ):
        assert row in text


def test_where_no_seat_is_free_it_says_so_before_the_click(staff: Client) -> None:
    account = make_account(seats=1)
    claim()
    _, page = a_case()
    text = staff.get(page, {"number": "00123456"}).content.decode()
    assert "No seat is free: it has 1." in words(text)
    assert reverse("admin:paywall_printaccount_change", args=[account.pk]) in text
    assert "Approve: it is" not in text
    account.seats = 2
    account.save()
    assert "Approve: it is" in staff.get(page, {"number": "00123456"}).content.decode()


def test_what_was_erased_is_let_back_in_by_the_desk_alone(staff: Client) -> None:
    make_account()
    gone = make_reader()
    claim(gone)
    erasing.erase(gone, now=NOW)
    case, page = a_case("123456")
    assert "Let it back in" in staff.get(page).content.decode()
    helper = Client()
    helper.force_login(make_reader("helper@example.com", is_staff=True))
    helper.post(page, {"back": "yes"})
    assert Suppressed.objects.exists()
    staff.post(page, {"back": "yes"})
    assert not Suppressed.objects.exists()
    assert "Let it back in" not in staff.get(page).content.decode()
    assert LogEntry.objects.filter(object_id=str(case.pk)).exists()
    assert Reader.objects.exists()
    assert not PrintAccount.objects.exists(), "the next file brings it"
