"""The paywall's own pages."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Reader
from paywall import clock
from paywall.catalog.offering import offering
from paywall.gate.standing import standing_of
from paywall.metering.rules import rules_in_force


@require_safe
def show_packages(request: HttpRequest) -> HttpResponse:
    """Show the packages side by side, by the month or with `?per=year` by the year."""
    context = {
        "offering": offering(request.GET.get("per", "")),
        "allowance": rules_in_force().house.readers,
        "next": request.GET.get("next", ""),
    }
    return render(request, "paywall/subscribe.html", context)


@require_safe
def show_activation(request: HttpRequest) -> HttpResponse:
    """Say what a print subscriber needs at hand."""
    return render(request, "paywall/activate.html")


@require_safe
@never_cache
@login_required
def show_account(request: HttpRequest) -> HttpResponse:
    """Show what opens the door for the reader, and what is left of the month."""
    context = {"standing": standing_of(cast("Reader", request.user), now=clock.now())}
    return render(request, "paywall/account.html", context)
