"""What an app or another site holds is no cookie of the paper's own pages."""

from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    is_signed_in,
    make_unproved_reader,
    newest_code,
    type_code,
)
from tests.accounts.doing import TYPE_CODE_TO_SIGN_IN as CODE_PAGE
from tests.making import make_reader

pytestmark = pytest.mark.django_db

AUTH = "/_allauth/app/v1/auth"
ADA = "ada@example.com"


def ask(path: str, typed: dict[str, str], token: str = "") -> Any:
    headers = {"X-Session-Token": token} if token else {}
    sent = Client().post(f"{AUTH}/{path}", typed, content_type="application/json", headers=headers)
    return sent.json()


def token_by_password() -> str:
    make_reader(ADA)
    return str(ask("login", {"email": ADA, "password": PASSWORD})["meta"]["session_token"])


def token_by_code() -> str:
    reader = make_reader(ADA)
    reader.set_unusable_password()
    reader.save()
    waiting = ask("code/request", {"email": ADA})["meta"]["session_token"]
    proved = ask("code/confirm", {"code": newest_code()}, waiting)["meta"]
    return str(proved.get("session_token", waiting))


def with_cookie(token: str) -> Client:
    browser = Client()
    browser.cookies["session"] = token
    return browser


@pytest.mark.parametrize("get_token", [token_by_password, token_by_code])
def test_a_token_sent_as_a_cookie_is_a_stranger(get_token: Any) -> None:
    token = get_token()
    own = Client().get("/api/v1/me/", headers={"X-Session-Token": token})
    assert own.status_code == 200
    for path in ("/account/", "/account/data/", "/account/close/"):
        page = with_cookie(token).get(path)
        assert page["Location"].startswith("/accounts/login/"), path
        assert page.cookies["session"].value == "", path
    for path in ("/api/v1/me/", "/api/v1/me/export/"):
        assert with_cookie(token).get(path).status_code == 401, path
    assert Client().get("/api/v1/me/", headers={"X-Session-Token": token}).status_code == 200


def test_a_token_that_waits_for_its_code_gets_no_page_either() -> None:
    make_reader(ADA)
    browser = with_cookie(ask("code/request", {"email": ADA})["meta"]["session_token"])
    assert type_code(browser, CODE_PAGE)["Location"].startswith(ASK_FOR_CODE)
    assert not is_signed_in(browser)


def test_a_browser_with_a_tokens_cookie_signs_in_afresh() -> None:
    token = token_by_password()
    browser = with_cookie(token)
    browser.post("/accounts/login/", {"login": ADA, "password": PASSWORD})
    assert is_signed_in(browser)
    assert browser.cookies["session"].value != token


@pytest.mark.parametrize("get_token", [token_by_password, token_by_code])
@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "account/password/change", {"new_password": "chosen by a site"}),
        ("POST", "account/email", {"email": "site@example.com"}),
        ("GET", "account/authenticators", None),
        ("GET", "auth/sessions", None),
        ("DELETE", "auth/sessions", {"sessions": [1]}),
    ],
)
def test_a_token_changes_nothing_about_the_account(
    get_token: Any, method: str, path: str, said: Any
) -> None:
    headers = {"X-Session-Token": get_token()}
    mail.outbox.clear()
    answer = getattr(Client(), method.lower())(
        f"/_allauth/app/v1/{path}",
        headers=headers,
        **({} if said is None else {"data": said, "content_type": "application/json"}),
    )
    assert answer.status_code == 404
    assert not mail.outbox
    assert not Reader.objects.get().check_password("chosen by a site")


@pytest.mark.parametrize(
    ("path", "email"),
    [
        ("signup", "new@example.com"),
        ("signup", "unproved@example.com"),
        ("login", "unproved@example.com"),
        ("code/request", "new@example.com"),
        ("password/request", "new@example.com"),
    ],
)
def test_a_letter_that_cannot_be_sent_is_said(path: str, email: str) -> None:
    make_unproved_reader("unproved@example.com")
    with patch("django.core.mail.EmailMultiAlternatives.send", side_effect=ConnectionRefusedError):
        assert ask(path, {"email": email, "password": PASSWORD}) == {"status": 503}
