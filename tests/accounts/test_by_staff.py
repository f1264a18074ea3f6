"""What staff made or changed is nobody's until the address is proved, and signing out is whole."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.made_by_staff import TakenError, make_account
from accounts.models import Reader
from accounts.signing_out import sign_out_everywhere
from tests.accounts.doing import (
    ASK_FOR_CODE,
    NEW_PASSWORD,
    RESET,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    codes_in,
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


def test_an_address_that_staff_changed_is_to_be_proved_and_the_one_before_opens_nothing() -> None:
    reader, staff = make_reader("mistyped@example.com"), Client()
    staff.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    page = reverse("admin:accounts_reader_change", args=[reader.pk])
    staff.post(page, {"email": "ada@example.com", "is_active": "on"})
    before, now = Client(), Client()
    sign_in(before, "mistyped@example.com")
    assert not is_signed_in(before)
    before.post(ASK_FOR_CODE, {"email": "mistyped@example.com"})
    assert not codes_in(str(mail.outbox[-1].body))
    sign_in(now, "ada@example.com")
    assert not is_signed_in(now)
    type_code(now, TYPE_CODE_TO_VERIFY)
    assert is_signed_in(now)
    address = Reader.objects.get(pk=reader.pk).emailaddress_set.get()
    assert (address.email, address.verified, address.primary) == ("ada@example.com", True, True)
