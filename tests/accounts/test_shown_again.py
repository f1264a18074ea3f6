"""A reader without a password shows with an emailed code that it is still them."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Reader
from tests.accounts.doing import ASK_FOR_CODE, TYPE_CODE_TO_SIGN_IN, type_code, who, words
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
FILE = "/account/data/"
EXPORT = "/api/v1/me/export/"
BY_CODE = "/accounts/reauthenticate/code/"
TO_FILE = "?next=%2Faccount%2Fdata%2F"
LATER = timedelta(minutes=6)


@pytest.fixture
def ada() -> Reader:
    ada = make_reader(ADA)
    ada.set_unusable_password()
    ada.save()
    return ada


@pytest.fixture
def browser(client: Client, ada: Reader) -> Client:
    """Return a browser in which she signed in with a code, some time ago."""
    with time_machine.travel(timezone.now() - LATER):
        client.post(ASK_FOR_CODE, {"email": ADA})
        type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert who(client) == ada
    return client


def test_who_signed_in_a_moment_ago_is_asked_nothing(client: Client, ada: Reader) -> None:
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)
    assert client.get(FILE).json()["account"]["email"] == ADA
    assert client.get(EXPORT).json()["account"]["email"] == ADA
    with time_machine.travel(timezone.now() + LATER):
        assert client.get(FILE).status_code == 302
        assert client.get(EXPORT).status_code == 403


def test_others_type_a_code_and_come_to_what_they_asked_for(browser: Client, ada: Reader) -> None:
    asked = browser.get(FILE)
    assert asked["Location"] == BY_CODE + TO_FILE
    page = browser.get(asked["Location"])
    assert f"We email a code to {ADA}" in words(page)
    assert f'action="{BY_CODE}{TO_FILE}"' in page.text
    assert "no-store" in page["Cache-Control"]
    mail.outbox.clear()
    typing = browser.post(BY_CODE + TO_FILE)
    assert typing["Location"] == TYPE_CODE_TO_SIGN_IN + TO_FILE
    assert [letter.to for letter in mail.outbox] == [[ADA]]
    assert "Use another address" not in words(browser.get(typing["Location"]))
    assert browser.get(FILE).status_code == 302
    assert type_code(browser, typing["Location"])["Location"] == FILE
    assert who(browser) == ada
    assert browser.get(FILE).json()["account"]["email"] == ADA


@pytest.mark.parametrize("path", ["/account/close/", FILE])
def test_a_wrong_code_opens_nothing(browser: Client, path: str) -> None:
    browser.post(BY_CODE)
    assert "That is not the code" in type_code(browser, TYPE_CODE_TO_SIGN_IN, "1234-5678").text
    assert browser.get(path)["Location"].startswith(BY_CODE)


def test_the_export_sends_them_there_too(browser: Client) -> None:
    refused = browser.get(EXPORT)
    assert refused.json()["type"] == "urn:paywall:problem:sign-in-again"
    page = refused.json()["help"].partition("://")[2].partition("/")[2]
    assert browser.get(f"/{page}")["Location"] == BY_CODE


def test_closing_is_asked_anew_and_never_done_on_the_way_back(browser: Client) -> None:
    asked = browser.post("/account/close/")
    browser.post(asked["Location"])
    assert "account_reauthentication_state" not in browser.session
    back = type_code(browser, f"{TYPE_CODE_TO_SIGN_IN}?next=/account/close/")
    assert browser.get(back["Location"]).status_code == 200
    assert Reader.objects.get().is_active


def test_letters_are_few(browser: Client) -> None:
    for _ in range(4):
        browser.post(BY_CODE)
    assert "We have only just sent you an email" in words(browser.post(BY_CODE))
    assert len(mail.outbox) < 5


def test_whoever_has_a_password_types_that(client: Client) -> None:
    client.force_login(make_reader())
    assert client.get(BY_CODE + TO_FILE)["Location"] == f"/accounts/reauthenticate/{TO_FILE}"
    assert client.post(BY_CODE)["Location"] == "/accounts/reauthenticate/"
    assert not mail.outbox


def test_a_code_under_way_for_somebody_else_is_not_typed_here(browser: Client) -> None:
    browser.post(BY_CODE)
    session = browser.session
    session["account_login"]["user_pk"] = str(make_reader().pk)
    session.save()
    assert type_code(browser, TYPE_CODE_TO_SIGN_IN)["Location"] == "/"
    assert browser.get(FILE)["Location"] == BY_CODE + TO_FILE
