"""Promotion codes: what Stripe has, a new one, and switching one off."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import Reader
from paywall import clock
from paywall.catalog import money
from paywall.catalog.models import Package, Price
from paywall.payments import gateway, promotions
from paywall.payments.gateway import GatewayError, GatewayRefused
from paywall.payments.promotions import Wanted
from paywall.staff.widgets import DayWidget

PAGE = "admin:paywall_package_promotions"
PERMISSION = "paywall.manage_promotions"
LASTS = [("once", "the first payment"), ("months", "some months"), ("forever", "for ever")]


class PromotionForm(forms.Form):
    """A code and what it gives."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+\Z", "Letters, digits and dashes alone.")],
        widget=UnfoldAdminTextInputWidget,
        help_text="What readers type, such as AUTUMN26.",
    )
    percent_off = forms.IntegerField(
        label="Percent off",
        min_value=1,
        max_value=100,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    amount_off = forms.DecimalField(
        label="Or an amount off",
        min_value=0,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="In whole units: 4.00.",
    )
    lasts = forms.ChoiceField(label="Off", choices=LASTS, widget=UnfoldAdminSelectWidget)
    months = forms.IntegerField(
        label="How many months",
        min_value=1,
        max_value=36,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    most = forms.IntegerField(
        label="How often in all",
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: as often as readers like, each once.",
    )
    until_date = forms.DateField(
        label="Last day", required=False, widget=DayWidget, help_text="Empty: until switched off."
    )
    first_time = forms.BooleanField(
        label="For new customers alone", required=False, widget=UnfoldBooleanWidget
    )
    minimum = forms.DecimalField(
        label="For orders from",
        min_value=0,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="In whole units: 10.00. Empty: any.",
    )
    packages = forms.ModelMultipleChoiceField(
        Package.objects.filter(prices__isnull=False).distinct(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None: every package. A price with an introductory offer takes no codes.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if (given["percent_off"] is None) == (not given["amount_off"]):
            self.add_error("percent_off", "Name a percentage or an amount, not both.")
        if (given["lasts"] == "months") != (given["months"] is not None):
            self.add_error("months", "The number of months goes with “some months”.")
        given["ends_at"] = self._end(given["until_date"])
        currency = self._currency()
        for name in ("amount_off", "minimum"):
            given[name] = self._in_smallest(name, given[name], currency)
        given["currency"] = currency if given["amount_off"] or given["minimum"] else ""
        return given

    def wanted(self) -> Wanted:
        """Return what is to be made, once the form is valid."""
        given = self.cleaned_data
        months = {"once": None, "months": given["months"], "forever": 0}
        return Wanted(
            code=given["code"].upper(),
            percent_off=given["percent_off"],
            amount_off=given["amount_off"],
            currency=given["currency"],
            months=months[given["lasts"]],
            most=given["most"],
            ends_at=given["ends_at"],
            first_time=given["first_time"],
            minimum=given["minimum"],
            packages=[package.pk for package in given["packages"]],
        )

    def _end(self, until_date: Any) -> datetime | None:
        if until_date is None:
            return None
        today = localdate(clock.now())
        if not today <= until_date <= today + timedelta(days=1800):
            self.add_error("until_date", "That day is over, or years away.")
            return None
        next_day = until_date + timedelta(days=1)
        return datetime.combine(next_day, time(), ZoneInfo(settings.TIME_ZONE))

    def _currency(self) -> str:
        """Return the currency of the prices in force; amounts need that there is one."""
        found = set(Price.objects.in_force().values_list("currency", flat=True))
        return found.pop() if len(found) == 1 else ""

    def _in_smallest(self, name: str, amount: Any, currency: str) -> int | None:
        if not amount:
            return None
        if not currency:
            self.add_error(name, "Prices are in several currencies: name a percentage.")
            return None
        try:
            return money.in_smallest_units(amount, currency)
        except ValueError as error:
            self.add_error(name, str(error))
            return None


def show(admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the codes and the form; a POST makes one, or switches one on or off."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = PromotionForm(initial={"key": uuid.uuid4(), "lasts": "once"})
    problem, found = "", []
    try:
        stripe = gateway.from_settings()
        if request.method == "POST":
            if "code_id" in request.POST:
                return _switch(request, stripe)
            form = PromotionForm(request.POST)
            if form.is_valid() and _create(request, stripe, form):
                return redirect(PAGE)
        found = list(promotions.promotions(stripe))
    except GatewayError as error:
        problem = str(error)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": "Promotion codes",
        "form": form,
        "promotions": found,
        "problem": problem,
    }
    return TemplateResponse(request, "admin/paywall/package/promotions.html", context)


def _create(request: HttpRequest, stripe: gateway.Gateway, form: PromotionForm) -> bool:
    wanted = form.wanted()
    try:
        promotions.create(stripe, wanted, key=str(form.cleaned_data["key"]))
    except GatewayRefused as error:
        form.add_error("code", str(error))
        again = request.POST.copy()
        again["key"] = str(uuid.uuid4())  # what was refused stays so
        form.data = again
        return False
    _log(request, f"Promotion code {wanted.code}", "Made.", ADDITION)
    messages.success(request, f"{wanted.code} can be used from now on.")
    return True


def _switch(request: HttpRequest, stripe: gateway.Gateway) -> HttpResponse:
    on = request.POST.get("switch") == "on"
    stripe_id = request.POST["code_id"][:255]
    try:
        promotions.switch(stripe, stripe_id, on=on)
    except GatewayRefused as error:
        messages.error(request, str(error))
        return redirect(PAGE)
    told = "Switched on." if on else "Switched off."
    _log(request, f"Promotion code {stripe_id}", told, CHANGE)
    messages.success(request, f"{told} Who used it before keeps what it gave.")
    return redirect(PAGE)


def _log(request: HttpRequest, what: str, message: str, flag: int) -> None:
    LogEntry.objects.create(
        user=cast("Reader", request.user),
        content_type=ContentType.objects.get_for_model(Package),
        object_repr=what[:200],
        action_flag=flag,
        change_message=message,
    )
