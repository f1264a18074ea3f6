"""The paywall's own pages."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Reader
from paywall import clock
from paywall.catalog.offering import offering
from paywall.gate.admission import share_or_keep
from paywall.gate.standing import standing_of
from paywall.letters import stopping
from paywall.payments.buying import subscription_of


@require_safe
def show_packages(request: HttpRequest) -> HttpResponse:
    """Show the packages side by side, by the month or with `?per=year` by the year."""
    context: dict[str, object] = {"offering": offering(request.GET.get("per", ""))}
    if request.user.is_authenticated:
        context["held"] = subscription_of(request.user)
    return _share(request, render(request, "paywall/subscribe.html", context))


@require_safe
def show_activation(request: HttpRequest) -> HttpResponse:
    """Say what a print subscriber needs at hand."""
    return _share(request, render(request, "paywall/activate.html"))


@require_safe
@never_cache
@login_required
def show_account(request: HttpRequest) -> HttpResponse:
    """Show what opens the door for the reader, and what is left of the month."""
    reader = cast("Reader", request.user)
    context = {
        "standing": standing_of(reader, now=clock.now()),
        "wants_letters": stopping.wants(reader),
    }
    return render(request, "paywall/account.html", context)


def _share(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    return share_or_keep(page, shareable=settings.SESSION_COOKIE_NAME not in request.COOKIES)
