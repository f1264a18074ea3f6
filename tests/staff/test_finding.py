"""Readers are found by what a caller reads out."""

import pytest
from django.utils import timezone

from paywall.circulation.models import PrintAccount
from paywall.staff import finding
from paywall.subscriptions.models import Customer
from tests.catalog.packages import MONTHLY, make_package
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _somebody() -> None:
    now = timezone.now()
    ada, _ = make_reader("ada@example.com"), make_reader("adam@example.com")
    Customer.objects.create(reader=ada, stripe_id="cus_Ada1", email=ada.email, created_at=now)
    for number, last_name, email in (
        ("00123", "Lovelace", "paper@example.com"),
        ("77", "Lovejoy", ""),
    ):
        account = PrintAccount.objects.create(
            number=number, number_key=number, first_name="Ada", last_name=last_name, email=email,
            first_seen_at=now, last_seen_at=now,
        )  # fmt: skip
        if number == "00123":
            account.activations.create(reader=ada, proof="number", claimed_at=now)


@pytest.mark.parametrize(
    ("typed", "found", "unclaimed"),
    [
        ("ada@example.com", ["ada@example.com"], []),
        (" ADA@Example.com ", ["ada@example.com"], []),
        ("ada", ["ada@example.com", "adam@example.com"], []),
        ("cus_Ada1", ["ada@example.com"], []),
        ("cus_ada1", [], []),
        ("sub_nobody", [], []),
        ("123", ["ada@example.com"], []),
        ("Acct. no. 00123", ["ada@example.com"], []),
        ("paper@example.com", ["ada@example.com"], []),
        ("lovelace", ["ada@example.com"], []),
        ("Ada Lovelace", ["ada@example.com"], []),
        ("Eve Lovelace", [], []),
        ("love", ["ada@example.com"], ["77"]),
        ("77", [], ["77"]),
        ("nobody", [], []),
        ("", [], []),
        ("%", [], []),
    ],
)
def test_it_finds(typed: str, found: list[str], unclaimed: list[str]) -> None:
    answer = finding.find(typed)
    assert [each.reader.email for each in answer.found] == found
    assert [each.number for each in answer.unclaimed] == unclaimed


def test_of_very_many_some_are_shown_and_it_says_so() -> None:
    for number in range(finding.MOST):
        make_reader(f"ada{number}@example.com")
    answer = finding.find("ada")
    assert (len(answer.found), answer.more) == (finding.MOST, True)


def test_who_went_to_the_till_is_found_by_its_session() -> None:
    eve, price, now = (
        make_reader("eve@example.com"),
        make_package(MONTHLY).prices.get(),
        timezone.now(),
    )
    eve.checkout_attempts.create(price=price, session_id="cs_1", begun_at=now, expires_at=now)
    assert [each.reader for each in finding.find("cs_1").found] == [eve]
