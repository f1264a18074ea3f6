"""What readers do on their pages, in as few words as tests need."""

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Reader

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

Response: TypeAlias = "_MonkeyPatchedWSGIResponse"

PASSWORD = "correct horse"
WRONG = "1234-5678"
SIGN_IN = reverse("account_login")
SIGN_UP = reverse("account_signup")
ASK_FOR_CODE = reverse("account_request_login_code")
TYPE_CODE_TO_SIGN_IN = reverse("account_confirm_login_code")
TYPE_CODE_TO_VERIFY = reverse("account_email_verification_sent")
RESET = reverse("account_reset_password")
TYPE_CODE_TO_RESET = reverse("account_confirm_password_reset_code")
NEW_PASSWORD = reverse("account_complete_password_reset")


def make_unproved_reader(email: str, password: str | None = PASSWORD) -> Reader:
    """Make a reader who has signed up and never typed the code."""
    reader = Reader.objects.create_user(email, password)
    EmailAddress.objects.create(user=reader, email=email, verified=False, primary=True)
    return reader


def sign_up(client: Client, email: str, password: str = "", **more: Any) -> Response:
    return client.post(SIGN_UP, {"email": email, "password1": password, **more})


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Response:
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def type_code(client: Client, page: str, code: str = "", **more: Any) -> Response:
    """Type a code on a page: the newest letter's, unless another is given."""
    return client.post(page, {"code": code or newest_code(), **more})


def ask_again(client: Client, page: str) -> Response:
    return client.post(page, {"action": "resend"})


def newest_code() -> str:
    found = codes_in(str(mail.outbox[-1].body))
    assert len(found) == 1, "the newest letter has no code, or several"
    return found[0]


def codes_in(text: str) -> list[str]:
    return re.findall(r"^\d{4}-\d{4}$", text, re.MULTILINE)


def who(client: Client) -> Reader | None:
    """Return the reader that the site takes this browser for."""
    user = client.get(reverse("account_login")).wsgi_request.user
    return user if isinstance(user, Reader) else None


def is_signed_in(client: Client) -> bool:
    return who(client) is not None


def words(response: Response) -> str:
    """Return a page's text without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())
