"""The desk's cases: what approving and letting back in says and does."""

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
