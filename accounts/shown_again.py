"""Showing once more that it is them, before what somebody else at their device must not do.

A reader with a password or a second factor is asked for it, as allauth does. Who has neither
passes there without being asked; here they type a code that we email to them.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.core import ratelimit
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.code_page import SENT_JUST_NOW
from accounts.models import Reader
from accounts.ways import here_again, with_way_back


def has_just_shown(request: HttpRequest) -> bool:
    """Tell whether the reader of this session has shown who they are within the last minutes."""
    if get_reauthentication_flows(request.user):
        return bool(did_recently_reauthenticate(request))
    reader = request.user if isinstance(request.user, Reader) else None
    shown_at = [record["at"] for record in get_authentication_records(request, reader)]
    return bool(shown_at) and time.time() - shown_at[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def shown_again(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send whoever has not just shown who they are to do so, and back."""

    @wraps(view)
    def asking_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_just_shown(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return asking_first


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def with_code(request: HttpRequest) -> HttpResponse:
    """Offer a code to who has no other way; a POST emails it to the address of the account."""
    reader = cast("Reader", request.user)
    if get_reauthentication_flows(reader):
        return HttpResponseRedirect(with_way_back(request, "account_reauthenticate"))
    request.session.pop(STATE_SESSION_KEY, None)  # what was asked for is asked anew, not replayed
    if request.method == "POST":
        if ratelimit.consume(request, action="request_login_code", key=reader.email):
            LoginCodeVerificationProcess.initiate(request=request, user=reader, email=reader.email)
            return HttpResponseRedirect(with_way_back(request, "account_confirm_login_code"))
        messages.warning(request, SENT_JUST_NOW)
    context = {"email": reader.email, "here": here_again(request)}
    return render(request, "account/reauthenticate_with_code.html", context)
