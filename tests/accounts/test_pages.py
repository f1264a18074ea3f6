"""Every page of an account is the paper's: one heading, labelled fields, no script in it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from tests.accounts.doing import (
    ASK_FOR_CODE,
    NEW_PASSWORD,
    PASSWORD,
    RESET,
    SIGN_IN,
    SIGN_UP,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    Response,
    sign_in,
    sign_up,
    type_code,
)
from tests.accounts.passkey import add_passkey
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def ids(self) -> list[str | None]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


def stranger(path: str) -> Callable[[Client], Response]:
    return lambda client: client.get(path)


def reader(path: str) -> Callable[[Client], Response]:
    """A page of a reader who has everything: a password, an app, a passkey, recovery codes."""

    def visit(client: Client) -> Response:
        owner = make_reader(ADA)
        client.force_login(owner)
        TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(owner)
        credential: dict[str, object] = {"clientExtensionResults": {}}
        key = Authenticator.objects.create(
            user=owner, type="webauthn", data={"name": "My phone", "credential": credential}
        )
        return client.get(path.replace("KEY", str(key.pk)))

    return visit


def fresh_reader(path: str) -> Callable[[Client], Response]:
    """A page of a reader who has just shown the password."""

    def visit(client: Client) -> Response:
        make_reader(ADA)
        sign_in(client, ADA)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client.get(path)

    return visit


def typing_a_code(page: str, path: str) -> Callable[[Client], Response]:
    def visit(client: Client) -> Response:
        client.post(page, {"email": ADA})
        return client.get(path)

    return visit


def a_wrong_code(client: Client) -> Response:
    sign_up(client, ADA)
    return type_code(client, TYPE_CODE_TO_VERIFY, WRONG)


def a_code_that_ran_out(client: Client) -> Response:
    sign_up(client, ADA)
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
    return client.get(TYPE_CODE_TO_VERIFY)


def a_new_password(client: Client) -> Response:
    make_reader(ADA)
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    return client.get(NEW_PASSWORD)


def a_second_step(client: Client) -> Response:
    owner = make_reader(ADA)
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    return client.get(sign_in(client, ADA)["Location"])


def a_second_step_with_a_passkey(client: Client) -> Response:
    make_reader(ADA)
    sign_in(client, ADA)
    add_passkey(client)
    client.post(reverse("account_logout"))
    return client.get(sign_in(client, ADA)["Location"])


def wrong_words(client: Client) -> Response:
    return sign_in(client, ADA, "wrong horse")


def nothing_typed(client: Client) -> Response:
    return client.post(SIGN_UP, {})


def without_a_password(client: Client) -> Response:
    owner = make_reader(ADA)
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)
    return client.get(reverse("account_set_password"))


def a_code_again(client: Client) -> Response:
    without_a_password(client)
    return client.get(reverse("account_reauthenticate_code"))


def with_a_code_under_way(client: Client) -> Response:
    sign_up(client, ADA)
    return client.get(SIGN_IN)


def showing_the_codes(client: Client) -> Response:
    make_reader(ADA)
    sign_in(client, ADA)
    add_passkey(client)
    return client.get(reverse("mfa_view_recovery_codes"))


PAGES: dict[str, Callable[[Client], Response]] = {
    "sign in": stranger(SIGN_IN),
    "sign in, wrong": wrong_words,
    "sign in, code under way": with_a_code_under_way,
    "sign up": stranger(SIGN_UP),
    "sign up, empty": nothing_typed,
    "ask for a code": stranger(ASK_FOR_CODE),
    "reset": stranger(RESET),
    "reset, done": stranger(reverse("account_password_reset_completed")),
    "closed": stranger(reverse("account_inactive")),
    "code to verify": typing_a_code(SIGN_UP, TYPE_CODE_TO_VERIFY),
    "code to sign in": typing_a_code(ASK_FOR_CODE, TYPE_CODE_TO_SIGN_IN),
    "code to reset": typing_a_code(RESET, TYPE_CODE_TO_RESET),
    "wrong code": a_wrong_code,
    "code that ran out": a_code_that_ran_out,
    "new password": a_new_password,
    "second step": a_second_step,
    "second step, passkey": a_second_step_with_a_passkey,
    "address": reader(reverse("account_email")),
    "password": reader(reverse("account_change_password")),
    "first password": without_a_password,
    "sign out": reader(reverse("account_logout")),
    "devices": reader(reverse("usersessions_list")),
    "second factors": reader(reverse("mfa_index")),
    "no second factors": fresh_reader(reverse("mfa_index")),
    "add an app": fresh_reader(reverse("mfa_activate_totp")),
    "remove the app": reader(reverse("mfa_deactivate_totp")),
    "codes, hidden": reader(reverse("mfa_view_recovery_codes")),
    "codes": showing_the_codes,
    "passkeys": reader(reverse("mfa_list_webauthn")),
    "no passkeys": fresh_reader(reverse("mfa_list_webauthn")),
    "add a passkey": fresh_reader(reverse("mfa_add_webauthn")),
    "password again": reader(reverse("account_reauthenticate")),
    "code again": a_code_again,
    "app again": reader(reverse("mfa_reauthenticate")),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_whole(client: Client, name: str) -> None:
    response = PAGES[name](client)
    if response.status_code == 302:  # shows who it is first
        response = client.get(response["Location"])
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    html = response.content.decode()
    page = Page(html)

    assert len(page.all("h1")) == 1
    assert "The Brackwater Gazette</title>" in html
    assert {"name": "robots", "content": "noindex"} in page.all("meta")
    ids = page.ids()
    assert len(ids) == len(set(ids))

    labelled = {label["for"] for label in page.all("label")}
    for field in page.all("input"):
        if field.get("type") not in {"hidden", "submit"}:
            assert field["id"] in labelled
            assert "placeholder" not in field
            for described in (field.get("aria-describedby") or "").split():
                assert described in ids

    assert "<p" not in html.partition("</footer>")[2]  # such as that passkeys need JavaScript
    for script in page.all("script"):
        assert script.get("type") == "application/json" or str(script.get("src")).startswith("/")
    assert not page.all("style")
    for _, attributes in page.tags:
        assert not [given for given in attributes if given == "style" or given.startswith("on")]
    for word in ("Two-Factor", "authenticate", "verification", "HMAC", "None", "Security Key"):
        assert word not in re.sub(r"<(script|head).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)


def test_the_errors_of_an_empty_form_are_said_in_plain_words(client: Client) -> None:
    page = Page(nothing_typed(client).content.decode())
    field = next(field for field in page.all("input") if field.get("name") == "email")
    assert field["aria-invalid"] == "true"
    assert "id_email_error" in str(field["aria-describedby"])
