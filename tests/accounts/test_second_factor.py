import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    RESET,
    SIGN_IN,
    TYPE_CODE_TO_SIGN_IN,
    is_signed_in,
    sign_in,
    type_code,
    words,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
SECRET = "JBSWY3DPEHPK3PXP"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECOND_STEP = reverse("mfa_authenticate")
ADD_APP = reverse("mfa_activate_totp")


def code_of_app(secret: str = SECRET, *, half_minutes_ago: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 - half_minutes_ago)))


@pytest.fixture
def reader() -> Reader:
    """A reader with an authenticator app and recovery codes."""
    reader = make_reader(ADA)
    TOTP.activate(reader, SECRET)
    RecoveryCodes.activate(reader)
    return reader


def test_a_reader_adds_an_app_and_gets_recovery_codes(
    client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    make_reader(ADA)
    sign_in(client, ADA)
    again = client.get(ADD_APP)["Location"]
    client.post(again, {"password": PASSWORD})
    page = client.get(ADD_APP)
    secret = re.search(r'<code class="key">([A-Z2-7]+)</code>', page.content.decode())
    assert secret
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(ADD_APP, {"code": code_of_app(secret[1])})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert (
        len(re.findall(r"<li>\d{8}</li>", client.get(response["Location"]).content.decode())) == 10
    )
    assert "authenticator app was added" in mail.outbox[-1].subject


def test_the_app_is_asked_after_a_password(client: Client, reader: Reader) -> None:
    assert sign_in(client, ADA, next="/stories/one/")["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.post(SECOND_STEP, {"code": code_of_app()})["Location"] == "/stories/one/"
    assert is_signed_in(client)


def test_the_app_is_asked_after_an_emailed_code(client: Client, reader: Reader) -> None:
    client.post(ASK_FOR_CODE, {"email": ADA})
    assert type_code(client, TYPE_CODE_TO_SIGN_IN)["Location"] == SECOND_STEP
    assert not is_signed_in(client)


def test_the_app_is_asked_after_a_new_password_which_leads_back_too(
    client: Client, reader: Reader
) -> None:
    page = client.post(RESET, {"email": ADA, "next": "/stories/one/"})["Location"]
    page = type_code(client, page)["Location"]
    assert client.post(page, {"password1": "another password"})["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.post(SECOND_STEP, {"code": code_of_app()})["Location"] == "/stories/one/"


def test_a_code_of_the_app_signs_in_once(client: Client, reader: Reader) -> None:
    with time_machine.travel(NOON, tick=False):
        code = code_of_app()
        for expected in (True, False):
            sign_in(client, ADA)
            client.post(SECOND_STEP, {"code": code})
            assert is_signed_in(client) == expected
            client.post(reverse("account_logout"))


@pytest.mark.parametrize(("late", "good"), [(0, True), (1, True), (2, False)])
def test_a_code_of_the_app_may_be_half_a_minute_late(
    client: Client, reader: Reader, late: int, good: bool
) -> None:
    with time_machine.travel(NOON, tick=False):
        sign_in(client, ADA)
        client.post(SECOND_STEP, {"code": code_of_app(half_minutes_ago=late)})
        assert is_signed_in(client) == good


def test_the_second_step_may_be_guessed_five_times(client: Client, reader: Reader) -> None:
    sign_in(client, ADA)
    for _ in range(5):
        client.post(SECOND_STEP, {"code": "000000"})
    assert "too often" in words(client.post(SECOND_STEP, {"code": code_of_app()}))
    assert not is_signed_in(client)


def test_the_second_step_waits_two_hours(client: Client, reader: Reader) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, ADA)
        clock.shift(timedelta(hours=2, minutes=1))
        assert client.post(SECOND_STEP, {"code": code_of_app()})["Location"] == SIGN_IN
        assert not is_signed_in(client)


def test_recovery_codes_are_shown_to_their_reader_after_the_password(
    client: Client, reader: Reader
) -> None:
    client.force_login(reader)
    for page in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        response = client.get(reverse(page))
        for code in Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes():
            assert code not in response.content.decode()


def test_removing_the_app_asks_for_it_or_the_password_first(client: Client, reader: Reader) -> None:
    client.force_login(reader)
    page = reverse("mfa_deactivate_totp")
    again = client.post(page)["Location"]
    assert Authenticator.objects.filter(type="totp").exists()
    client.post(again, {"password": PASSWORD})
    client.post(page)
    assert not Authenticator.objects.exists()
    assert "authenticator app was removed" in mail.outbox[-1].subject


def test_the_page_of_the_second_step_offers_what_the_reader_has(
    client: Client, reader: Reader
) -> None:
    sign_in(client, ADA)
    page = words(client.get(SECOND_STEP))
    assert "The six digits that your app shows now" in page
    assert "Use a passkey" not in page
