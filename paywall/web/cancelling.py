"""Cancelling in two clicks, and taking that back in one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from paywall import clock
from paywall.payments import cancelling, gateway, quoting
from paywall.subscriptions.leaving import REASONS
from paywall.subscriptions.lifecycle import Reason
from paywall.web.switching import own_subscription
from paywall.web.telling import telling
from paywall.web.writing import write_soon


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@telling
def cancel(request: HttpRequest) -> HttpResponse:
    """Say when it would end, with one offer to stay; a POST cancels.

    Who has cancelled already is told so, and sees on their own page when it ends.
    """
    subscription = own_subscription(request)
    if request.method == "POST":
        feedback = request.POST.get("feedback", "")
        stripe = gateway.from_settings()
        cancelling.cancel(stripe, subscription, now=clock.now(), feedback=feedback)
        write_soon(subscription.customer)
        messages.success(request, "Your subscription is cancelled. Nothing more is charged.")
        return redirect("account")
    ends_at_once = cancelling.ends_at_once(subscription)
    if cancelling.is_cancelled(subscription):
        messages.info(request, "You have cancelled already. Nothing more is charged.")
        return redirect("account")
    context = {
        "subscription": subscription,
        "ends_at_once": ends_at_once,
        "is_disputed": subscription.reason == Reason.DISPUTED,
        "reasons": REASONS,
        "offer": quoting.offer_to_stay(subscription),
    }
    return render(request, "paywall/cancel.html", context)


@require_POST
@login_required
@telling
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with a subscription that was cancelled and is not over."""
    subscription = own_subscription(request)
    cancelling.resume(gateway.from_settings(), subscription, now=clock.now())
    messages.success(request, "Good to have you with us. Your subscription goes on.")
    return redirect("account")
