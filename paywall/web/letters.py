"""Stopping letters: from the letter itself, without signing in, and on the account page."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Reader
from paywall import clock
from paywall.letters import stopping


@csrf_exempt  # mailboxes post here for their reader (RFC 8058); the token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then stop the letters that can be stopped. Whose they are, no page says."""
    reader = stopping.reader_of(token)
    if reader is None:
        raise Http404("No letter of ours has this address in it.")
    if request.method == "POST":
        stopping.stop(reader, now=clock.now())
    stopped = not stopping.wants(reader)
    return render(request, "paywall/stop_letters.html", {"stopped": stopped})


@require_POST
@never_cache
@login_required
def choose_letters(request: HttpRequest) -> HttpResponse:
    """Switch these letters on or off, from the account page."""
    reader = cast("Reader", request.user)
    if request.POST.get("letters") == "on":
        stopping.resume(reader)
    else:
        stopping.stop(reader, now=clock.now())
    return redirect("account")
