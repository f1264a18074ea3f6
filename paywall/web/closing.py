"""Closing the account for good."""

from typing import cast

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Reader
from accounts.shown_again import shown_again
from paywall import clock
from paywall.payments import gateway
from paywall.privacy import closing
from paywall.web.telling import telling


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@shown_again
@telling
def close(request: HttpRequest) -> HttpResponse:
    """Say what ends and what is kept; a POST ends it."""
    reader, now = cast("Reader", request.user), clock.now()
    if request.method == "POST":
        closing.close(gateway.from_settings, reader, now=now)
        logout(request)
        return redirect("account_closed")
    context = {"ending": closing.what_ends(reader, now=now)}
    return render(request, "paywall/close.html", context)


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say that it is done, to somebody we do not know any more."""
    return render(request, "paywall/closed.html")
