"""How many stories are free, and which rule a given visit meets."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import localtime
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from paywall import clock
from paywall.catalog.models import Section
from paywall.catalog.story import ACCESS_CHOICES, Access
from paywall.gate.decision import Outcome
from paywall.gate.overview import WHO_CHOICES, Asked, Who, overview_of
from paywall.metering.models import MeterRule
from paywall.metering.rules import rules_at
from paywall.staff.lists import LongList
from paywall.staff.widgets import MOMENT, MOMENTS, MomentWidget

ANSWERS = {
    Outcome.FREE: "The story opens: it is free.",
    Outcome.PREVIEWING: "The story opens: staff read everything.",
    Outcome.ENTITLED: "The story opens: it is paid for.",
    Outcome.METERED: "The story opens, and counts as one of the month’s free stories.",
    Outcome.SIGN_IN: "The wall, with the ways to an account or a package.",
    Outcome.METER_SPENT: "The wall: the month’s free stories are read.",
    Outcome.NOT_IN_PACKAGE: "The wall: the package covers other sections.",
    Outcome.SUBSCRIBERS_ONLY: "The wall: the story is for subscribers.",
}


class VisitForm(forms.Form):
    """A visit to think of."""

    who = forms.ChoiceField(label="Who comes", choices=WHO_CHOICES, widget=UnfoldAdminSelectWidget)
    section = forms.ModelChoiceField(
        Section.objects.all(),
        label="The story’s section",
        to_field_name="slug",
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    access = forms.ChoiceField(
        label="The story is", choices=ACCESS_CHOICES, widget=UnfoldAdminSelectWidget
    )
    at = forms.DateTimeField(
        label="When",
        widget=MomentWidget(),
        input_formats=MOMENTS,
    )
    used = forms.IntegerField(
        label="Free stories opened this month",
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def asked(self) -> Asked:
        """Return the visit, once the form is valid."""
        given = self.cleaned_data
        return Asked(
            Who(given["who"]),
            given["section"].slug,
            Access(given["access"]),
            given["at"],
            given["used"],
        )


@admin.register(MeterRule)
class MeterRuleAdmin(LongList):
    list_display = ("__str__", "allowance", "strangers_allowance")
    list_select_related = ("section",)
    actions_list = ("overview",)

    @action(  # type: ignore[untyped-decorator]  # unfold comes without types
        description="Which rule does a visit meet?", url_path="overview", permissions=["view"]
    )
    def overview(self, request: HttpRequest) -> HttpResponse:
        """Show the rules that a visit meets, in their order, and the gate's answer."""
        first = {
            "who": Who.READER.value,
            "section": Section.objects.values_list("slug", flat=True).first(),
            "access": Access.METERED.value,
            "at": localtime(clock.now()).strftime(MOMENT),
            "used": 0,
        }
        form = VisitForm({**first, **request.GET.dict()})
        answer: dict[str, Any] = {}
        if form.is_valid():
            asked = form.asked()
            found = overview_of(asked, rules_at(asked.at))
            answer = {"steps": found.steps, "answer": ANSWERS[found.decision.outcome]}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Which rule does a visit meet?",
            "form": form,
            **answer,
        }
        return TemplateResponse(request, "admin/paywall/meterrule/overview.html", context)
