from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    PASSWORD,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    Response,
    ask_again,
    newest_code,
    sign_in,
    type_code,
    words,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

OLD, NEW = "old@example.com", "new@example.com"
PAGE = reverse("account_email")
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def reader(client: Client) -> Reader:
    reader = make_reader(OLD)
    sign_in(client, OLD)
    return reader


def change(client: Client, address: str = NEW) -> Response:
    """Ask for another address, showing the password once more where that is asked."""
    data = {"email": address, "action_add": "1"}
    response = client.post(PAGE, data)
    if response.headers.get("Location", "").startswith(reverse("account_reauthenticate")):
        response = client.post(response["Location"], {"password": PASSWORD})
    return response


def address_of(reader: Reader) -> str:
    reader.refresh_from_db()
    return reader.email


def test_the_new_address_counts_once_its_code_is_typed(client: Client, reader: Reader) -> None:
    assert change(client)["Location"] == TYPE_CODE_TO_VERIFY
    assert mail.outbox[-1].to == [NEW]
    assert address_of(reader) == OLD
    assert "Type it here" in words(client.get(PAGE))

    assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == PAGE
    assert address_of(reader) == NEW
    assert "Your email address is confirmed" in words(client.get(PAGE))
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [
        (NEW, True, True)
    ]


def test_until_then_the_old_address_signs_in_and_the_new_one_does_not(
    client: Client, reader: Reader
) -> None:
    change(client)
    assert sign_in(Client(), OLD)["Location"] == "/"
    assert sign_in(Client(), NEW).status_code == 200
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert sign_in(Client(), NEW)["Location"] == "/"
    assert sign_in(Client(), OLD).status_code == 200


def test_the_old_address_is_told(client: Client, reader: Reader) -> None:
    change(client)
    type_code(client, TYPE_CODE_TO_VERIFY)
    letter = mail.outbox[-1]
    assert letter.to == [OLD]
    assert letter.subject == "Your address at The Brackwater Gazette was changed"
    assert NEW in str(letter.body)


def test_whoever_has_the_device_shows_the_password_first(client: Client, reader: Reader) -> None:
    response = client.post(PAGE, {"email": NEW, "action_add": "1"})
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert mail.outbox == []


def test_a_reader_without_a_password_changes_it_too(client: Client) -> None:
    reader = make_reader(OLD)
    reader.set_unusable_password()
    reader.save()
    client.force_login(reader)
    change(client)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert address_of(reader) == NEW


def test_a_wrong_code_changes_nothing(client: Client, reader: Reader) -> None:
    change(client)
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert address_of(reader) == OLD
    ask_again(client, TYPE_CODE_TO_VERIFY)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert address_of(reader) == NEW


def test_a_code_that_ran_out_changes_nothing(client: Client, reader: Reader) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, OLD)
        change(client)
        clock.shift(timedelta(minutes=21))
        type_code(client, TYPE_CODE_TO_VERIFY)
        assert address_of(reader) == OLD
        assert "Send me a new code" in words(client.get(TYPE_CODE_TO_VERIFY))


def test_an_address_of_somebody_else_is_refused_to_whoever_reads_its_mail(
    client: Client, reader: Reader
) -> None:
    make_reader(NEW)
    change(client)
    assert mail.outbox[-1].to == [NEW]
    assert "belongs to another account" in words(type_code(client, TYPE_CODE_TO_VERIFY))
    assert address_of(reader) == OLD


def test_ones_own_address_is_no_change(client: Client, reader: Reader) -> None:
    change(client)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert "your address already" in words(change(client, NEW))


def test_a_code_for_a_new_address_is_not_typed_by_the_next_reader(
    client: Client, reader: Reader
) -> None:
    change(client)
    code = newest_code()
    session = dict(client.session.items())
    client.post(reverse("account_logout"))
    other = make_reader("other@example.com")
    sign_in(client, other.email)
    stored = client.session
    stored["account_email_verification_code"] = session["account_email_verification_code"]
    stored.save()
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert address_of(reader) == OLD
    assert address_of(other) == "other@example.com"


def test_the_address_can_be_changed_back(client: Client, reader: Reader) -> None:
    change(client)
    type_code(client, TYPE_CODE_TO_VERIFY)
    change(client, OLD)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert address_of(reader) == OLD
