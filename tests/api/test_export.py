"""A reader's data goes to the reader, and not to whoever holds a token of theirs."""

import pytest
from django.test import Client

from accounts.models import Reader
from tests.api.asking import Caller, Server, just_proved
from tests.making import make_reader

pytestmark = pytest.mark.django_db

EXPORT = "/api/v1/me/export/"
PAGE = "/account/data/"


@pytest.fixture
def reader() -> Reader:
    return make_reader()


def test_who_showed_that_it_is_them_has_all_of_it(reader: Reader) -> None:
    told = just_proved(reader).get(EXPORT)
    assert told.json()["account"]["email"] == reader.email
    assert told["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("who", ["a token", "a server"])
def test_others_who_may_ask_are_told_where_the_reader_gets_it(
    reader: Reader, server: Server, who: str
) -> None:
    server.introduce(reader)
    caller = Caller.reading(reader) if who == "a token" else server
    refused = caller.ask("GET", "me/export/")
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:paywall:problem:reader-needed"
    assert refused.json()["help"].endswith(PAGE)
    assert reader.email not in refused.content.decode()


def test_a_session_of_long_ago_is_asked_who_it_is(reader: Reader) -> None:
    browser = just_proved(reader)
    session = browser.session
    session["account_authentication_methods"][-1]["at"] -= 24 * 3600
    session.save()
    refused = browser.get(EXPORT)
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:paywall:problem:sign-in-again"
    assert refused.json()["help"].endswith("/accounts/reauthenticate/")


def test_strangers_are_asked_to_sign_in() -> None:
    assert Client().get(EXPORT).status_code == 401


def test_the_account_page_hands_it_out_as_a_file(reader: Reader) -> None:
    browser = just_proved(reader)
    assert PAGE in browser.get("/account/").text
    file = browser.get(PAGE)
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    assert file.json()["account"]["email"] == reader.email
    later = Client()
    later.force_login(reader)
    assert later.get(PAGE)["Location"] == "/accounts/reauthenticate/?next=%2Faccount%2Fdata%2F"
