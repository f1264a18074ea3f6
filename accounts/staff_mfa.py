"""No admin page for staff without a second factor, and none for readers."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Reader

ADMIN = "admin"
SET_UP = (
    "Staff sign in with a second step: add a passkey or an authenticator app to enter the admin."
)


class StaffNeedSecondFactor:
    """Answers in the admin's place until the reader is staff, and came with a second factor.

    It looks at the address before anything answers, and once more at what the address led to:
    a path that is spelt in some other way, or a site mounted elsewhere, opens nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_admin(request.path_info) and (refusal := _refusal(request)):
            return refusal
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        return _refusal(request) if match and ADMIN in match.app_names else None


def _is_admin(path: str) -> bool:
    return path.lstrip("/").partition("/")[0] == ADMIN


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Return what to answer instead of the admin; None for strangers, whom it sends to sign in."""
    reader = request.user
    if not isinstance(reader, Reader):
        return None
    if not reader.is_staff:
        raise PermissionDenied("The admin is for staff.")
    if not settings.STAFF_NEED_SECOND_FACTOR:
        return None
    if not is_mfa_enabled(reader, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
        messages.warning(request, SET_UP)
        return redirect("mfa_index")
    if any(record["method"] == "mfa" for record in get_authentication_records(request, reader)):
        return None
    has_app = is_mfa_enabled(reader, [Authenticator.Type.TOTP])
    page = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
    return redirect(f"{page}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
