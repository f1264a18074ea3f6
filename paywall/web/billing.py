"""The card, at Stripe's own portal, and payments that failed."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Reader
from paywall import clock
from paywall.payments import billing, gateway
from paywall.web.telling import telling


@require_POST
@login_required
@telling
def change_card(request: HttpRequest) -> HttpResponse:
    """Go to the portal's page for another card, which leads back here."""
    address = billing.card_page(
        gateway.from_settings(),
        cast("Reader", request.user),
        back_to=f"{settings.SITE_URL}{reverse('account')}",
        done_at=f"{settings.SITE_URL}{reverse('account_card_done')}",
    )
    response = redirect(address)
    response.status_code = 303  # what comes next is asked for, not sent
    return response


@require_safe
@never_cache
@login_required
@telling
def card_changed(request: HttpRequest) -> HttpResponse:
    """The way back from the portal: see the new card at once, without waiting for word of it."""
    billing.look_again(
        gateway.from_settings(),
        cast("Reader", request.user),
        why="the reader changed the card",
        now=clock.now(),
    )
    messages.success(request, "Thank you. Your next payments are charged to this card.")
    return redirect("account")


@require_POST
@login_required
@telling
def look_again(request: HttpRequest) -> HttpResponse:
    """See whether an open invoice has been paid, for somebody who has just paid it."""
    paid = billing.look_again(
        gateway.from_settings(),
        cast("Reader", request.user),
        why="the reader says it is paid",
        now=clock.now(),
    )
    if paid:
        messages.success(request, "Thank you. Your payment has arrived.")
    else:
        messages.warning(request, "Your payment has not arrived yet.")
    return redirect("account")
