"""allauth in this newspaper's words: what it says, where it leads and what it sends."""

import contextlib
import logging
import re
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import letters
from accounts.ways import here_again, with_way_back

logger = logging.getLogger(__name__)

PATIENCE = "That was too often. Wait a few minutes, then try again."
SHOW_WITH = {
    "reauthenticate": "With my password",
    "mfa_reauthenticate": "With my authenticator app, or a recovery code",
    "mfa_reauthenticate:webauthn": "With my passkey",
    "code": "With a code that is emailed to me",
}
NOT_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f\\]")  # ours have them percent-encoded
WRONG_CODE = "That is not the code. Check it, and type it again."


class AccountAdapter(DefaultAccountAdapter):
    """Follows and names the newspaper's own address, never the request's Host header."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": (
            "This address and this password do not go together. Check both, or have a code "
            "emailed to you instead."
        ),
        "email_taken": "This address belongs to another account. Sign in with it, or use another.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "This is not your password.",
        "rate_limited": PATIENCE,
        "too_many_login_attempts": PATIENCE,
    }

    def is_safe_url(self, url: str) -> bool:
        """Follow paths of our own, and our own address: no other host, whoever admits it.

        Stricter than Django's, which takes "// " for a path, where browsers see a host.
        """
        path = url.removeprefix(settings.SITE_URL)
        ours = path.startswith("/") and not path.startswith("//")
        return ours and not NOT_IN_ADDRESSES.search(path)

    def respond_email_verification_sent(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Ask for the code, and remember the story to go back to."""
        return HttpResponseRedirect(with_way_back(request, "account_email_verification_sent"))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Name the ways to show once more who it is; a code, where there is no other."""
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and not methods:
            methods = [{"id": "code", "url": reverse("account_reauthenticate_code")}]
        return [{**method, "description": SHOW_WITH[method["id"]]} for method in methods]

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        return letters.write(template_prefix, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter; where that fails, say so on a page, and log nobody's address."""
        letter = self.render_mail(template_prefix, email, {**context, "email": email})
        try:
            letter.send()
        except OSError as error:  # smtplib's errors too; they have the address in them
            logger.error("No letter %s was sent: %s", template_prefix, type(error).__name__)
            if is_headless_request(self.request):
                self.request.no_letter = JsonResponse({"status": 503}, status=503)
                raise ImmediateHttpResponse(self.request.no_letter) from None
            context = {"again": here_again(self.request)}
            page = render(self.request, "account/letter_not_sent.html", context, status=503)
            raise ImmediateHttpResponse(page) from None

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell a reader what was done; it is done, whether or not the letter could be sent."""
        with contextlib.suppress(ImmediateHttpResponse):
            super().send_notification_mail(*args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by address alone: allauth's key has the Host header in it."""
        return str(credentials.get("email", "")).lower()


class MFAAdapter(DefaultMFAAdapter):
    """Second factors and passkeys under the newspaper's name."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": "Add a passkey or an authenticator app first.",
        "incorrect_code": "That did not work. Try it once more.",
        "unverified_email": "Confirm your email address first, with the code we sent to it.",
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.NEWSPAPER_NAME}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  # allauth's
        number = user.authenticator_set.filter(type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"
