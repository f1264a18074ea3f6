"""The demonstration's print subscribers."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from config.demo.cases import ASKING
from config.demo.circulation import ACCOUNTS, READER, TO_ACTIVATE
from paywall.circulation.claims import PrintCase
from paywall.circulation.models import CirculationImport, PrintAccount, PrintLine
from paywall.circulation.states import ImportState, LineStatus
from paywall.entitlements.models import Entitlement
from tests.demo.conftest import make_demonstration

pytestmark = pytest.mark.django_db


def test_five_thousand_accounts_have_every_status_and_a_bad_file_is_held(said: str) -> None:
    assert PrintAccount.objects.count() == ACCOUNTS
    assert set(PrintLine.objects.values_list("status", flat=True)) == {*LineStatus}
    states = CirculationImport.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ImportState.TAKEN, ImportState.HELD]
    assert "taken: 5000 rows, 5000 new" in said
    assert "held: 3100 rows" in said


def test_three_accounts_to_activate_are_printed(said: str) -> None:
    for number in TO_ACTIVATE:
        account = PrintAccount.objects.get(number=number)
        assert f"{number}  {account.last_name or account.company}" in said
        assert not account.activations.exists()


def test_the_print_reader_holds_a_seat_with_one_entitlement(said: str) -> None:
    reader = Reader.objects.get(email=READER)
    activation = reader.activations.get()
    assert activation.holder
    assert activation.entitlement == Entitlement.objects.get(reader=reader)


def test_a_second_run_changes_nothing(said: str) -> None:
    make_demonstration()
    assert CirculationImport.objects.count() == 2
    assert PrintCase.objects.count() == len(ASKING)
    assert PrintAccount.objects.count() == ACCOUNTS


def test_two_cases_wait_for_the_desk_one_of_them_for_a_seat(said: str, client: Client) -> None:
    client.force_login(Reader.objects.get(email="staff@example.com"))
    pages = {}
    for email in ASKING:
        case = PrintCase.objects.get(reader__email=email, state=PrintCase.State.OPEN)
        page = client.get(reverse("admin:paywall_printcase_change", args=[case.pk]))
        pages[email] = page.content.decode()
    name, seat = pages.values()
    assert "✗ differs" in name
    assert "Approve: it is" in name
    assert "No seat is free" in seat
    assert "Approve: it is" not in seat


def test_staff_see_the_bad_file(said: str, client: Client) -> None:
    client.force_login(Reader.objects.get(email="staff@example.com"))
    held = CirculationImport.objects.get(state=ImportState.HELD)
    page = client.get(reverse("admin:paywall_circulationimport_change", args=[held.pk]))
    assert "It has 3,100 rows; the last had 5,000." in held.why
    assert "It has 3,100 rows; the last had 5,000." in page.content.decode()
