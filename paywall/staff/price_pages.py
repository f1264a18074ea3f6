"""Replacing and archiving a price, each on a page of its own that says what it means."""

from copy import copy
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from paywall import clock
from paywall.catalog import pricing
from paywall.catalog.models import Price
from paywall.staff.price_forms import NewTermsForm


def new_terms(admin: Any, request: HttpRequest, package_id: int, price_id: int) -> HttpResponse:
    """Ask another amount from now on; who bought the old price keeps it."""
    price = _price(admin, request, package_id, price_id)
    form_class = modelform_factory(
        Price,
        NewTermsForm,
        fields=NewTermsForm.Meta.fields,
        formfield_callback=partial(admin.formfield_for_dbfield, request=request),
    )
    form = form_class(request.POST or None, instance=copy(price))
    if request.method == "POST" and form.is_valid():
        try:
            new = pricing.change(price, form.instance.terms, now=clock.now())
        except pricing.RefusedError as error:
            messages.error(request, str(error))
        else:
            admin.log_change(request, price.package, f"{price} became {new}.")
            said = f"{new} is the price from now on. Publish it, or the next order publishes it."
            messages.success(request, said)
        return redirect("admin:paywall_package_change", package_id)
    return _page(admin, request, "new_terms", price, f"New amount for {price.package}", form=form)


def archive(admin: Any, request: HttpRequest, package_id: int, price_id: int) -> HttpResponse:
    """Stop selling a price; who bought it keeps it."""
    price = _price(admin, request, package_id, price_id)
    if request.method == "POST":
        pricing.retire(price, now=clock.now())
        admin.log_change(request, price.package, f"{price} was archived.")
        messages.success(request, f"{price} is archived. Publish, so that Stripe knows.")
        return redirect("admin:paywall_package_change", package_id)
    return _page(admin, request, "archive_price", price, f"Archive {price}?")


def _price(admin: Any, request: HttpRequest, package_id: int, price_id: int) -> Price:
    if not admin.has_change_permission(request):
        raise PermissionDenied
    prices = Price.objects.select_related("package")
    return get_object_or_404(prices, pk=price_id, package_id=package_id)


def _page(
    admin: Any, request: HttpRequest, template: str, price: Price, title: str, **context: Any
) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/paywall/package/{template}.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": title,
            "price": price,
            **context,
        },
    )
