"""No admin page for staff without a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.models import Reader

ADMIN = "/admin"


class StaffNeedSecondFactor:
    """Sends staff to set up an authenticator app or a passkey before any admin path answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.STAFF_NEED_SECOND_FACTOR and _is_admin(request.path):
            reader = request.user
            if isinstance(reader, Reader) and not is_mfa_enabled(reader):
                return redirect("mfa_index")
        return self.get_response(request)


def _is_admin(path: str) -> bool:
    return path == ADMIN or path.startswith(f"{ADMIN}/")
