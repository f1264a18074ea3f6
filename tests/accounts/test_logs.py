"""Logs and error pages hold no address, no code and no password."""

import logging
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.accounts.doing import (
    ASK_FOR_CODE,
    RESET,
    SIGN_UP,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    ask_again,
    codes_in,
    sign_in,
    sign_up,
    type_code,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

NAME, PASSWORD = "ada.lovelace", "correct horse"
ADA = f"{NAME}@example.com"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    with caplog.at_level(logging.DEBUG):
        yield lambda: "\n".join(
            logging.Formatter("{message}", style="{").format(record)
            for record in caplog.records
            if record.name != "django.db.backends"  # silent unless DEBUG is on
        )


def secrets() -> list[str]:
    codes = [code for letter in mail.outbox for code in codes_in(str(letter.body))]
    return [NAME, PASSWORD, *codes, *[code.replace("-", "") for code in codes]]


def test_a_readers_whole_life_leaves_nothing_in_the_logs(
    client: Client, logged: Callable[[], str]
) -> None:
    client.get(SIGN_UP, {"email": ADA, "next": "/stories/one/"})
    sign_up(client, ADA, PASSWORD)
    type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
    ask_again(client, TYPE_CODE_TO_VERIFY)
    type_code(client, TYPE_CODE_TO_VERIFY)
    client.post(reverse("account_logout"))
    for _ in range(7):
        sign_in(client, ADA, "wrong horse")
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    client.post(reverse("account_logout"))
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    client.post(reverse("account_complete_password_reset"), {"password1": f"{PASSWORD} two"})
    client.get("/admin/")
    for _ in range(6):
        sign_up(Client(), ADA)
    assert len(secrets()) > 8
    for secret in secrets():
        assert secret not in logged()


@pytest.mark.parametrize(
    "fails", ["accounts.letters.write", "allauth.account.models.Login.__init__"]
)
def test_a_failure_tells_the_reader_and_the_logs_nothing_of_what_was_typed(
    settings: LazySettings, logged: Callable[[], str], fails: str
) -> None:
    settings.DEBUG = False
    make_reader(ADA)
    for page in (SIGN_UP, ASK_FOR_CODE):
        client = Client(raise_request_exception=False)
        with patch(fails, side_effect=RuntimeError("out of order")):
            response = client.post(page, {"email": ADA, "password1": PASSWORD})
        assert response.status_code == 500
        for secret in (NAME, PASSWORD):
            assert secret not in response.content.decode()
            assert secret not in logged()
    assert "out of order" in logged()


def test_a_refused_form_without_its_token_says_nothing_of_what_was_typed(
    logged: Callable[[], str],
) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_UP, {"email": ADA, "password1": PASSWORD})
    assert response.status_code == 403
    for secret in (NAME, PASSWORD):
        assert secret not in response.content.decode()
        assert secret not in logged()
