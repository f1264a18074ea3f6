"""What publishing would do and what differs at Stripe, with the buttons that settle it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from paywall import clock
from paywall.payments import gateway, publishing
from paywall.payments.gateway import GatewayError
from paywall.payments.publishing import Published


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
    published = publishing.publish(
        gateway.from_settings(), now=clock.now(), take_ours="take_ours" in request.POST
    )
    for refused in published.refused:
        messages.error(request, refused)
    messages.success(request, f"Published: {len(published.done)} changes.")
    return redirect("admin:paywall_package_changelist")
