import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_IN,
    TYPE_CODE_TO_SIGN_IN,
    WRONG,
    ask_again,
    is_signed_in,
    newest_code,
    sign_in,
    type_code,
    who,
    words,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def test_the_page_offers_a_password_a_code_a_passkey_and_print_subscribers_their_way(
    client: Client,
) -> None:
    page = client.get(SIGN_IN)
    text = words(page)
    for offer in (
        "Sign in",
        "Email me a code",
        "Sign in with a passkey",
        "Start a free account",
        "I have forgotten my password",
        "I get the printed paper: turn on my digital access",
    ):
        assert offer in text
    assert f'href="{reverse("activate")}"' in page.content.decode()


def test_browsers_and_password_managers_know_the_fields(client: Client) -> None:
    page = client.get(SIGN_IN).content.decode()
    email = re.search(r'<input[^>]*name="login"[^>]*>', page)
    password = re.search(r'<input[^>]*name="password"[^>]*>', page)
    assert email
    assert password
    assert 'type="email"' in email[0]
    assert 'autocomplete="email"' in email[0]
    assert 'autocomplete="current-password"' in password[0]
    assert "placeholder" not in page


def test_a_code_is_typed_on_a_number_pad_and_offered_by_the_phone(client: Client) -> None:
    client.post(ASK_FOR_CODE, {"email": ADA})
    page = client.get(TYPE_CODE_TO_SIGN_IN).content.decode()
    field = re.search(r'<input[^>]*name="code"[^>]*>', page)
    assert field
    for attribute in ('autocomplete="one-time-code"', 'inputmode="numeric"', "autofocus"):
        assert attribute in field[0]


@pytest.mark.parametrize("spelling", [ADA, "Ada@Example.com", f" {ADA} "])
def test_a_reader_signs_in_by_password_in_any_case(client: Client, spelling: str) -> None:
    reader = make_reader(ADA)
    sign_in(client, spelling)
    assert who(client) == reader


def test_another_spelling_of_the_mailbox_does_not_sign_in(client: Client) -> None:
    make_reader(ADA)
    sign_in(client, "ada+news@example.com")
    assert not is_signed_in(client)
    client.post(ASK_FOR_CODE, {"email": "ada+news@example.com"})
    assert "No open account has this address" in str(mail.outbox[-1].body)


def test_a_wrong_password_is_said_in_plain_words(client: Client) -> None:
    make_reader(ADA)
    assert "do not go together" in words(sign_in(client, ADA, "wrong horse"))
    assert not is_signed_in(client)


def test_a_reader_signs_in_by_code_without_a_password(client: Client) -> None:
    reader = make_reader(ADA)
    reader.set_unusable_password()
    reader.save()
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert who(client) == reader


def test_the_form_for_passwords_asks_for_a_code_with_one_click(client: Client) -> None:
    reader = make_reader(ADA)
    page = client.get(SIGN_IN).content.decode()
    assert f'formaction="{ASK_FOR_CODE}"' in page
    client.post(ASK_FOR_CODE, {"login": ADA, "password": ""})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert who(client) == reader


def test_a_password_that_is_right_stays_so_after_a_code(client: Client) -> None:
    reader = make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    reader.refresh_from_db()
    assert reader.check_password(PASSWORD)


def test_a_code_signs_in_once(client: Client) -> None:
    make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    code = newest_code()
    type_code(client, TYPE_CODE_TO_SIGN_IN, code)
    client.post(reverse("account_logout"))
    type_code(client, TYPE_CODE_TO_SIGN_IN, code)
    assert not is_signed_in(client)


def test_a_code_to_sign_in_lives_twenty_minutes_and_is_followed_by_another(
    client: Client,
) -> None:
    make_reader(ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        client.post(ASK_FOR_CODE, {"email": ADA})
        clock.shift(timedelta(minutes=20, seconds=1))
        type_code(client, TYPE_CODE_TO_SIGN_IN)
        assert not is_signed_in(client)
        assert "Send me a new code" in words(client.get(TYPE_CODE_TO_SIGN_IN))
        ask_again(client, TYPE_CODE_TO_SIGN_IN)
        clock.shift(timedelta(minutes=19))
        type_code(client, TYPE_CODE_TO_SIGN_IN)
        assert is_signed_in(client)


def test_a_code_typed_wrong_five_times_is_void(client: Client) -> None:
    make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_SIGN_IN, WRONG)
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert not is_signed_in(client)
    assert "typed too often" in words(client.get(TYPE_CODE_TO_SIGN_IN))


def test_a_closed_account_does_not_open(client: Client) -> None:
    reader = make_reader(ADA, is_active=False)
    assert sign_in(client, ADA)["Location"] == reverse("account_inactive")
    assert "This account is closed" in words(client.get(reverse("account_inactive")))
    client.post(ASK_FOR_CODE, {"email": ADA})
    assert "No open account has this address" in str(mail.outbox[-1].body)
    reader.refresh_from_db()
    assert reader.last_login is None


@pytest.mark.parametrize("by_code", [False, True], ids=["by password", "by code"])
def test_a_device_is_signed_in_for_a_year(client: Client, by_code: bool) -> None:
    make_reader(ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        if by_code:
            client.post(ASK_FOR_CODE, {"email": ADA})
            type_code(client, TYPE_CODE_TO_SIGN_IN)
        else:
            sign_in(client, ADA)
        assert client.cookies["session"]["max-age"] == YEAR.total_seconds()
        clock.shift(YEAR - timedelta(minutes=1))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=2))
        cache.clear()  # the clock of Redis did not travel
        assert not is_signed_in(client)


def test_the_session_cookie_is_for_our_server_alone(client: Client) -> None:
    make_reader(ADA)
    sign_in(client, ADA)
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_looking_at_the_forms_starts_no_session(client: Client) -> None:
    for page in (
        SIGN_IN,
        reverse("account_signup"),
        ASK_FOR_CODE,
        reverse("account_reset_password"),
    ):
        client.get(page, {"next": "/stories/one/"})
    sign_in(client, ADA, "wrong horse")
    assert "session" not in client.cookies


def test_a_session_known_before_signing_in_is_of_no_use_after(client: Client) -> None:
    make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    planted = client.cookies["session"].value
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    other = Client()
    other.cookies["session"] = planted
    assert not is_signed_in(other)


def test_signing_out_asks_first_and_then_is_out(client: Client) -> None:
    client.force_login(make_reader(ADA))
    assert "Sign out on this device?" in words(client.get(reverse("account_logout")))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
