from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    NEW_PASSWORD,
    RESET,
    TYPE_CODE_TO_RESET,
    WRONG,
    ask_again,
    is_signed_in,
    make_unproved_reader,
    newest_code,
    sign_in,
    type_code,
    who,
    words,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NEW = "another fine password"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def choose(client: Client, password: str = NEW) -> None:
    client.post(NEW_PASSWORD, {"password1": password})


def test_a_reader_chooses_a_new_password_and_is_signed_in(client: Client) -> None:
    reader = make_reader(ADA)
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    choose(client)
    assert who(client) == reader
    assert Reader.objects.get().check_password(NEW)
    assert mail.outbox[-1].subject == "Your password at The Brackwater Gazette was changed"


def test_a_new_password_signs_out_every_other_device(client: Client) -> None:
    make_reader(ADA)
    other = Client()
    sign_in(other, ADA)
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    assert is_signed_in(other)
    choose(client)
    assert not is_signed_in(other)


def test_a_weak_password_is_refused(client: Client) -> None:
    make_reader(ADA)
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    assert "too short" in words(client.post(NEW_PASSWORD, {"password1": "short"}))
    assert not is_signed_in(client)


def test_without_the_code_no_password_is_chosen(client: Client) -> None:
    reader = make_reader(ADA)
    client.post(RESET, {"email": ADA})
    client.get(NEW_PASSWORD, {"code": newest_code()})
    choose(client)
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_RESET, WRONG)
    type_code(client, TYPE_CODE_TO_RESET)
    choose(client)
    reader.refresh_from_db()
    assert not reader.check_password(NEW)


def test_a_code_to_reset_lives_twenty_minutes_and_is_followed_by_another(client: Client) -> None:
    make_reader(ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        client.post(RESET, {"email": ADA})
        clock.shift(timedelta(minutes=20, seconds=1))
        type_code(client, TYPE_CODE_TO_RESET)
        assert "Send me a new code" in words(client.get(TYPE_CODE_TO_RESET))
        ask_again(client, TYPE_CODE_TO_RESET)
        clock.shift(timedelta(minutes=19))
        type_code(client, TYPE_CODE_TO_RESET)
        choose(client)
        assert is_signed_in(client)


def test_the_code_lets_a_reader_choose_for_twenty_minutes_more(client: Client) -> None:
    make_reader(ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        client.post(RESET, {"email": ADA, "next": "/stories/one/"})
        type_code(client, TYPE_CODE_TO_RESET)
        clock.shift(timedelta(minutes=21))
        response = client.post(NEW_PASSWORD, {"password1": NEW, "next": "/stories/one/"})
        assert response["Location"] == f"{RESET}?next=%2Fstories%2Fone%2F"


def test_a_code_typed_for_an_unproved_address_leaves_no_strangers_password(
    client: Client,
) -> None:
    make_unproved_reader(ADA, "a stranger's words")
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)  # and goes away before choosing a password
    assert EmailAddress.objects.get().verified
    assert not Reader.objects.get().has_usable_password()


def test_a_deleted_account_has_no_password_to_choose(client: Client) -> None:
    make_reader(ADA)
    client.post(RESET, {"email": ADA})
    Reader.objects.all().delete()
    assert "That is not the code" in words(type_code(client, TYPE_CODE_TO_RESET))


def test_a_signed_in_reader_changes_the_password_with_the_present_one(client: Client) -> None:
    make_reader(ADA)
    other = Client()
    for browser in (client, other):
        sign_in(browser, ADA)
    page = reverse("account_change_password")
    wrong = client.post(page, {"oldpassword": "wrong horse", "password1": NEW})
    assert "not your present password" in words(wrong)
    response = client.post(page, {"oldpassword": "correct horse", "password1": NEW})
    assert response["Location"] == reverse("account")
    assert Reader.objects.get().check_password(NEW)
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_a_reader_without_a_password_sets_one(client: Client) -> None:
    reader = make_reader(ADA)
    reader.set_unusable_password()
    reader.save()
    client.force_login(reader)
    page = client.get(reverse("account_change_password"))["Location"]
    assert page == reverse("account_set_password")
    assert client.post(page, {"password1": NEW})["Location"] == reverse("account")
    assert Reader.objects.get().check_password(NEW)
    assert mail.outbox[-1].subject == "Your account at The Brackwater Gazette has a password"
