"""Turning on the digital access that comes with the printed paper."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Reader
from paywall.circulation import activation, cases, drafts
from paywall.circulation.activation import NotProvedError
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintLine, PrintProduct, PrintPublication
from paywall.entitlements.models import Entitlement, Source
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def opens(reader: Reader) -> bool:
    return Entitlement.objects.in_force(NOW).filter(reader=reader, source=Source.PRINT).exists()


@pytest.mark.parametrize(
    "what",
    [
        typed(),
        typed("#00 123-456", "smith"),
        typed(postal_code="10115"),
        typed(postal_code="", house_number="12"),
        typed(last_name="Jones"),
        typed("", phone="(808) 555-0142"),
    ],
    ids=["number", "written anyhow", "billing", "house number", "either spouse", "phone"],
)
def test_whoever_proves_an_account_reads_everything(what: object) -> None:
    make_account()
    reader = make_reader()
    answer = claim(reader, what)  # type: ignore[arg-type]
    assert answer.activation
    assert answer.activation.holder
    assert opens(reader)


@pytest.mark.parametrize(
    "what",
    [
        typed("123465"),
        typed(last_name="Smythe"),
        typed(last_name="John"),
        typed(postal_code="96831"),
        typed(postal_code="", house_number="21"),
        typed("", phone="0124"),
        typed("", phone=""),
        typed(""),
    ],
)
def test_whoever_does_not_is_refused_and_keeps_what_was_typed(what: object) -> None:
    make_account()
    reader = make_reader()
    answer = claim(reader, what)  # type: ignore[arg-type]
    assert (answer.activation, answer.again_at) == (None, None)
    assert not opens(reader)
    assert not Activation.objects.exists()
    kept = drafts.draft_of(reader, now=NOW)
    assert kept
    assert kept.last_name == what.last_name  # type: ignore[attr-defined]


def test_an_address_that_is_not_proved_claims_nothing() -> None:
    make_account()
    reader = make_reader()
    EmailAddress.objects.filter(user=reader).update(verified=False)
    with pytest.raises(NotProvedError):
        claim(reader)
    with pytest.raises(NotProvedError):
        activation.claim_by_address(reader, now=NOW)


def test_claiming_again_is_harmless() -> None:
    make_account()
    reader = make_reader()
    first, again = claim(reader), claim(reader)
    assert first.activation == again.activation
    assert Entitlement.objects.filter(reader=reader).count() == 1
    assert Activation.objects.count() == 1


def test_a_former_number_leads_to_the_account_after_a_move() -> None:
    account = make_account("900", former_number_key="00123456", postal_code="10117")
    answer = claim(what=typed("123456", postal_code="10117"))
    assert answer.activation
    assert answer.activation.account == account


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("stopped", {"paid_through": date(2026, 1, 1)}),
        ("nonpay", {"paid_through": date(2026, 1, 1)}),
        ("stopped", {}),
    ],
)
def test_an_ended_account_opens_nothing(status: str, line: dict[str, object]) -> None:
    make_account(status=status, line=line)
    assert claim().activation is None
    assert not Activation.objects.exists()


def test_a_hold_and_the_grace_open() -> None:
    make_account(status="hold")
    assert claim().activation
    make_account("777", status="stopped", line={"paid_through": date(2026, 3, 10)})
    assert claim(what=typed("777")).activation


def test_the_best_of_several_lines_wins() -> None:
    account = make_account(status="stopped")
    PrintLine.objects.create(account=account, status="active", product="Weekend")
    assert claim().activation


def test_endings_are_judged_as_of_the_last_accepted_file() -> None:
    make_account(status="stopped", line={"paid_through": date(2026, 3, 10)})
    PrintPublication.objects.create(name="", as_of=NOW)
    assert claim(now=NOW + timedelta(days=60)).activation, "no file came since"


def test_a_dealers_account_opens_nothing() -> None:
    PrintProduct.objects.create(rate_code="DEALER", opens="nothing")
    make_account(line={"rate_code": "DEALER"})
    assert claim().activation is None


def test_sister_papers_reuse_numbers() -> None:
    make_account(publication="Gazette", last_name="BROWN", second_name="")
    mine = make_account(publication="Herald")
    answer = claim()
    assert answer.activation
    assert answer.activation.account == mine


def test_the_number_as_typed_comes_before_one_with_other_zeros() -> None:
    make_account("00123456")
    exact = make_account("123456")
    answer = claim()
    assert answer.activation
    assert answer.activation.account == exact


def test_two_seats_and_no_third() -> None:
    make_account()
    first, second, third = (claim() for _ in range(3))
    assert first.activation
    assert first.activation.holder
    assert second.activation
    assert not second.activation.holder
    assert third.activation is None
    waiting = Activation.objects.get(state=Activation.State.WAITING)
    assert waiting.entitlement is None
    assert not opens(waiting.reader)


def test_an_account_may_have_seats_of_its_own(settings: object) -> None:
    make_account(seats=1)
    assert claim().activation
    assert claim().activation is None
    settings.PRINT_SEATS = 3  # type: ignore[attr-defined]
    make_account("777")
    assert [bool(claim(what=typed("777")).activation) for _ in range(4)] == [True] * 3 + [False]


def with_address(address: str = "john@example.com", **fields: object) -> Reader:
    reader = make_reader(address)
    make_account(email=address, **fields)  # type: ignore[arg-type]
    return reader


def test_one_click_for_the_address_of_one_account() -> None:
    reader = with_address()
    assert activation.offered_by_address(reader, now=NOW)
    answer = activation.claim_by_address(reader, now=NOW)
    assert answer.activation
    assert answer.activation.proof == "email"
    assert opens(reader)
    assert activation.offered_by_address(reader, now=NOW) is None, "it is on"


def test_no_click_without_a_verified_address() -> None:
    reader = with_address()
    EmailAddress.objects.filter(user=reader).update(verified=False)
    assert activation.offered_by_address(reader, now=NOW) is None


@pytest.mark.parametrize(
    "address", ["none@gmail.com", "no-email@example.com", "n.a@example.com", "x@none.com"]
)
def test_no_click_for_a_placeholder(address: str) -> None:
    assert activation.offered_by_address(with_address(address), now=NOW) is None


def test_no_click_for_an_address_on_two_accounts_that_open() -> None:
    reader = with_address()
    make_account("777", email="john@example.com")
    assert activation.offered_by_address(reader, now=NOW) is None
    assert activation.claim_by_address(reader, now=NOW).activation is None


def test_one_that_ended_stands_in_nobodys_way_but_four_accounts_do() -> None:
    reader = with_address()
    for number in range(2):
        make_account(f"77{number}", email="john@example.com", status="stopped")
    assert activation.offered_by_address(reader, now=NOW)
    make_account("779", email="john@example.com", status="stopped")
    assert activation.offered_by_address(reader, now=NOW) is None, "a dealer's, or the desk's"


def test_no_click_for_an_ended_account_or_taken_seats() -> None:
    assert activation.offered_by_address(with_address("a@x.org", status="stopped"), now=NOW) is None
    reader = with_address("b@x.org", number="777", seats=1)
    claim(what=typed("777"))
    assert activation.offered_by_address(reader, now=NOW) is None


def test_success_forgets_what_was_typed_before() -> None:
    make_account()
    reader = make_reader()
    claim(reader, typed("999"))
    assert PrintCase.objects.exists()
    assert cases.open_case(reader, now=NOW)
    claim(reader, typed("998"))
    assert claim(reader).activation
    assert [case.state for case in PrintCase.objects.all()] == ["found"]
