"""Letters speak plainly, name the paper, and link to it alone, whatever Host was asked for."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import allauth
import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from accounts import letters
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    RESET,
    codes_in,
    make_unproved_reader,
    sign_in,
    sign_up,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
SITE = "https://gazette.example"
FORGED = "evil.gazette.example"
ALLAUTH = Path(allauth.__file__).parent / "templates"
NEVER_SENT = {
    "account/email/password_reset_key",  # resets are by code
}
LETTERS = sorted(
    str(path.relative_to(ALLAUTH)).removesuffix("_subject.txt")
    for app in ("account", "mfa")
    for path in (ALLAUTH / app / "email").glob("*_subject.txt")
)
EVERYTHING = {
    "code": "1234-5678",
    "email": ADA,
    "from_email": "old@example.com",
    "to_email": "new@example.com",
    "deleted_email": "old@example.com",
    "timestamp": datetime(2026, 3, 5, 12, 30, tzinfo=UTC),
    "ip": "203.0.113.9",
    "user_agent": "Call +44 1632 960000 at once",
}


@pytest.fixture(autouse=True)
def _at_home(settings: LazySettings) -> None:
    settings.SITE_URL = SITE
    settings.NEWSPAPER_NAME = "The Town & Country Gazette"
    settings.ALLOWED_HOSTS = ["testserver", ".gazette.example"]


def sent() -> EmailMultiAlternatives:
    letter = mail.outbox[-1]
    assert isinstance(letter, EmailMultiAlternatives)
    return letter


def html_of(letter: EmailMultiAlternatives) -> str:
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    return str(html)


def new(client: Client) -> None:
    sign_up(client, ADA)


def known(client: Client) -> None:
    make_reader(ADA)
    sign_up(client, ADA)


def unproved(client: Client) -> None:
    make_unproved_reader(ADA)
    sign_in(client, ADA)


def code(client: Client) -> None:
    make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})


def code_for_nobody(client: Client) -> None:
    client.post(ASK_FOR_CODE, {"email": ADA})


def reset(client: Client) -> None:
    make_reader(ADA)
    client.post(RESET, {"email": ADA})


def changed_password(client: Client) -> None:
    client.force_login(make_reader(ADA))
    passwords = {"oldpassword": PASSWORD, "password1": "another fine password"}
    client.post(reverse("account_change_password"), passwords)


@pytest.mark.parametrize(
    ("what", "subject", "with_code"),
    [
        (new, "Your code for The Town & Country Gazette", True),
        (known, "You have an account at The Town & Country Gazette already", False),
        (unproved, "Your code for The Town & Country Gazette", True),
        (code, "Your code to sign in to The Town & Country Gazette", True),
        (code_for_nobody, "No account at The Town & Country Gazette has this address", False),
        (reset, "Your code for a new password at The Town & Country Gazette", True),
        (changed_password, "Your password at The Town & Country Gazette was changed", False),
    ],
)
def test_a_forged_host_forges_no_letter(
    what: Callable[[Client], None], subject: str, with_code: bool
) -> None:
    what(Client(headers={"host": FORGED}))
    letter = sent()
    assert letter.subject == subject
    assert letter.to == [ADA]
    text, html = str(letter.body), html_of(letter)
    assert bool(codes_in(text)) == with_code
    for version in (text, html):
        assert "evil" not in version
        assert "testserver" not in version
        addresses = re.findall(r"https?://[^\s\"<]+", version)
        assert addresses
        assert all(address.startswith(SITE) for address in addresses)
    assert re.search(r"Did you not ask for this\?|Was this not you\?", text)
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_every_letter_that_allauth_can_send_is_ours() -> None:
    ours = str(Path(letters.__file__).parent)
    for name in LETTERS:
        if name in NEVER_SENT:
            continue
        for part in ("subject", "message"):
            template = get_template(f"{name}_{part}.txt")
            assert str(template.origin).startswith(ours), template.origin  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(set(LETTERS) - NEVER_SENT))
def test_every_letter_is_complete_and_plain(name: str) -> None:
    letter = letters.write(name, ADA, EVERYTHING)
    text, html = str(letter.body), html_of(letter)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "The Town & Country Gazette" in letter.subject
    assert text.endswith(f"The Town & Country Gazette\n{SITE}")
    assert "The Town &amp; Country Gazette" in html
    assert "&amp;" not in text
    assert "{" not in text
    assert "<" not in text
    assert "\n\n\n" not in text
    assert "1632" not in text + html  # what a stranger's browser calls itself is not for a letter
    assert "Did you not ask for this?" in text or "Was this not you?" in text
    for word in ("HMAC", "verification", "authenticate", "user account", "2FA", "two-factor"):
        assert word.lower() not in text.lower()


def test_the_code_stands_out_in_both_versions() -> None:
    letter = letters.write("account/email/login_code", ADA, EVERYTHING)
    assert "\n\n1234-5678\n\n" in str(letter.body)
    assert re.search(r'<p style="[^"]*bold 34px[^"]*">1234-5678</p>', html_of(letter))
    assert "20 minutes" in str(letter.body)


def test_an_address_can_write_no_html() -> None:
    odd = "<b>&amp;'@example.com"
    letter = letters.write("account/email/unknown_account", ADA, {"email": odd})
    assert odd in str(letter.body)
    assert "<b>" not in html_of(letter)


@time_machine.travel(datetime(2026, 7, 5, 22, 30, tzinfo=UTC), tick=False)
def test_letters_tell_the_time_of_the_newspaper(client: Client, settings: LazySettings) -> None:
    settings.TIME_ZONE = "Europe/London"
    changed_password(client)
    assert "It was done on 5 July 2026 at 23:30." in str(sent().body)
