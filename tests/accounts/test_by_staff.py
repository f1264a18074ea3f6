"""An account that staff made is nobody's until its address is proved, and signing out is whole."""

import pytest
from django.test import Client

from accounts.made_by_staff import TakenError, make_account
from accounts.models import Reader
from accounts.signing_out import sign_out_everywhere
from tests.accounts.doing import (
    NEW_PASSWORD,
    RESET,
    TYPE_CODE_TO_RESET,
    WRONG,
    is_signed_in,
    sign_in,
    type_code,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def test_it_has_no_password_and_the_code_is_what_lets_its_owner_choose_one(client: Client) -> None:
    reader = make_account(" Ada@Example.com ")
    assert not reader.has_usable_password()
    client.post(RESET, {"email": "ada@example.com"})
    type_code(client, TYPE_CODE_TO_RESET, WRONG)
    client.post(NEW_PASSWORD, {"password1": "a quay in the fog"})
    assert not is_signed_in(client)
    type_code(client, TYPE_CODE_TO_RESET)
    client.post(NEW_PASSWORD, {"password1": "a quay in the fog"})
    assert is_signed_in(client)
    assert Reader.objects.get().emailaddress_set.get().verified


def test_an_address_has_one_account() -> None:
    reader = make_reader("ada@example.com")
    with pytest.raises(TakenError) as taken:
        make_account("ADA@example.com")
    assert taken.value.reader == reader


@pytest.mark.parametrize("has_password", [True, False])
def test_every_device_is_signed_out(has_password: bool) -> None:
    reader, other, browsers = make_reader("ada@example.com"), Client(), [Client(), Client()]
    make_reader("bob@example.com")
    sign_in(other, "bob@example.com")
    for browser in browsers:
        sign_in(browser, "ada@example.com")
    if not has_password:
        reader.set_unusable_password()
    assert sign_out_everywhere(reader) == 2
    assert not any(map(is_signed_in, browsers))
    assert is_signed_in(other)
