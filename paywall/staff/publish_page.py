"""What publishing would do and what differs at Stripe, with the buttons that settle it."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import Reader
from paywall import clock
from paywall.payments import gateway, publishing
from paywall.payments.gateway import GatewayError
from paywall.payments.publishing import Published
from paywall.trail import recording

OVER = "Publish over what was changed at Stripe"


def show(admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the differences; a POST publishes, with `take_ours` over Stripe's changes too."""
    published, problem = Published(), ""
    try:
        if request.method == "POST":
            return _publish(request)
        published = publishing.preview(gateway.from_settings())
    except GatewayError as error:
        problem = str(error)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": "Publish to Stripe",
        "published": published,
        "problem": problem,
    }
    return TemplateResponse(request, "admin/paywall/package/publish.html", context)


def _publish(request: HttpRequest) -> HttpResponse:
    by, now = cast("Reader", request.user), clock.now()
    take_ours = "take_ours" in request.POST
    action = recording.begin(OVER if take_ours else "Publish to Stripe", by=by, now=now)
    try:
        published = publishing.publish(gateway.from_settings(), now=now, take_ours=take_ours)
    except GatewayError as error:
        recording.finish(action, f"It broke off: {error}")
        raise
    recording.finish(
        action, "\n".join([*map(str, published.done), *published.refused]) or "Nothing."
    )
    for refused in published.refused:
        messages.error(request, refused)
    messages.success(request, f"Published: {len(published.done)} changes.")
    return redirect("admin:paywall_package_changelist")
