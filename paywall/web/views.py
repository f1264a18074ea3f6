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
from paywall.sites import readers
from paywall.web.printed import printed_paper


@require_safe
def show_packages(request: HttpRequest) -> HttpResponse:
    """Show the packages side by side, by the month or with `?per=year` by the year."""
    context: dict[str, object] = {"offering": offering(request.GET.get("per", ""))}
    if request.user.is_authenticated:
        context["held"] = subscription_of(request.user)
    return _share(request, render(request, "paywall/subscribe.html", context))


@require_safe
@never_cache
@login_required
def show_account(request: HttpRequest) -> HttpResponse:
    """Show what opens the door for the reader, and what is left of the month."""
    reader, now = cast("Reader", request.user), clock.now()
    context = {
        "standing": standing_of(reader, now=now),
        "wants_letters": stopping.wants(reader),
        "other_sites": readers.sites_of(reader),
        **printed_paper(reader, now=now),
    }
    return render(request, "paywall/account.html", context)


def _share(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    return share_or_keep(page, shareable=settings.SESSION_COOKIE_NAME not in request.COOKIES)
