"""An account whose address was never proved is whose mailbox it is."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    is_signed_in,
    make_unproved_reader,
    newest_code,
    sign_in,
    sign_up,
    type_code,
    words,
)
from tests.making import make_article

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


def test_an_unproved_address_signs_up_again_with_the_password_of_whoever_proves_it(
    client: Client,
) -> None:
    sign_up(Client(), ADA, "a stranger's words")
    sign_up(client, ADA, PASSWORD, next="/stories/one/")
    assert Reader.objects.count() == 1
    assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == "/stories/one/"
    assert is_signed_in(client)
    assert Reader.objects.get().check_password(PASSWORD)


def test_an_unproved_address_signs_up_again_without_a_password_and_then_has_none(
    client: Client,
) -> None:
    sign_up(Client(), ADA, "a stranger's words")
    sign_up(client, ADA)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert is_signed_in(client)
    assert not Reader.objects.get().has_usable_password()


def test_an_unproved_address_is_not_taken_over_by_signing_up_later(client: Client) -> None:
    sign_up(client, ADA, PASSWORD)
    code = newest_code()
    sign_up(Client(), ADA, "a stranger's words")
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert is_signed_in(client)
    assert Reader.objects.get().check_password(PASSWORD)


def test_an_unproved_address_signs_in_by_code_and_an_earlier_strangers_password_is_gone(
    client: Client,
) -> None:
    make_unproved_reader(ADA, "a stranger's words")
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert "does not work any more" in words(client.get(reverse("account_email")))
    assert not Reader.objects.get().has_usable_password()


def test_an_unproved_address_signs_in_with_its_password_and_the_code(client: Client) -> None:
    make_unproved_reader(ADA)
    story = make_article().get_absolute_url()
    response = sign_in(client, ADA, next=story)
    assert response["Location"].startswith(TYPE_CODE_TO_VERIFY)
    assert client.get(story)["Paywall-Outcome"] == "verify_email"
    assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == story
    assert Reader.objects.get().check_password(PASSWORD)


def test_an_unproved_address_made_by_staff_is_proved_by_one_code(client: Client) -> None:
    Reader.objects.create_user(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert is_signed_in(client)
    assert EmailAddress.objects.get().verified
