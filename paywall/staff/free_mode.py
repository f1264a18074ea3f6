"""Opening all stories to everybody: the switch, what is open now, and who opened what and why."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import Reader
from paywall import clock
from paywall.catalog.models import Section
from paywall.metering import freeing
from paywall.metering.models import FreeMode
from paywall.staff.lists import LongList, found_or_404
from paywall.staff.widgets import MOMENTS, MomentWidget

LIST = "admin:paywall_freemode_changelist"
PERMISSION = "paywall.open_all_stories"


class OpenForm(forms.Form):
    """Which stories, until when, and why."""

    section = forms.ModelChoiceField(
        Section.objects.all(),
        label="Which stories",
        required=False,
        empty_label="All stories of the whole paper",
        widget=UnfoldAdminSelectWidget,
    )
    until = forms.DateTimeField(
        widget=MomentWidget(),
        input_formats=MOMENTS,
        help_text="It ends then by itself. You can also end it earlier.",
    )
    why = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For colleagues, such as: storm warning, election night.",
    )


@admin.register(FreeMode)
class FreeModeAdmin(LongList):
    """Opened and ended, never changed or deleted: the list is the history."""

    list_display = ("__str__", "state", "starts_at", "ended_at", "why", "opened_by")
    list_select_related = ("section", "opened_by", "closed_by")
    add_words = "Open all stories"
    nothing_words = "The wall stands as usual. Nothing was opened to everybody yet."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        seen: bool = super().has_view_permission(request, obj)
        return seen or self.has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Now")
    def state(self, mode: FreeMode) -> str:
        return state_of(mode, clock.now())

    @admin.display(description="Until", ordering="ends_at")
    def ended_at(self, mode: FreeMode) -> datetime:
        return mode.closed_at or mode.ends_at

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        end_it = ""
        for mode in FreeMode.objects.in_force(clock.now()).select_related("section"):
            said = sentence_of(mode)
            if self.has_add_permission(request):
                end_it = reverse("admin:paywall_freemode_change", args=[mode.pk])
                said = format_html('{} <a class="underline" href="{}">End it now</a>', said, end_it)
            messages.warning(request, said)
        context = {**(extra_context or {}), "end_it": end_it}
        shown: HttpResponse = super().changelist_view(request, context)
        return shown

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the switch; a POST turns it on."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        now = clock.now()
        tomorrow = localtime(now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        form = OpenForm(request.POST or None, initial={"until": tomorrow})
        if request.method == "POST" and form.is_valid():
            try:
                mode = freeing.open_all(**form.cleaned_data, by=_staff(request), now=now)
            except freeing.RefusedError as error:
                form.add_error("until", str(error))
            else:
                self.log_addition(request, mode, f"Opened: {mode.why}")
                messages.success(request, "In force everywhere within a second.")
                return redirect(LIST)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Open all stories to everybody",
            "form": form,
        }
        return TemplateResponse(request, "admin/paywall/freemode/open.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one opening; a POST ends it now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mode = found_or_404(self, request, object_id)
        now, may_close = clock.now(), self.has_add_permission(request)
        if request.method == "POST":
            if not may_close:
                raise PermissionDenied
            if freeing.close(mode, by=_staff(request), now=now):
                self.log_change(request, mode, "Ended before its time.")
                messages.success(request, "Ended everywhere within a second.")
            else:
                messages.warning(request, "It was over already.")
            return redirect(LIST)
        state = state_of(mode, now)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(mode),
            "mode": mode,
            "state": state,
            "may_close": may_close and state == "Open",
        }
        return TemplateResponse(request, "admin/paywall/freemode/one.html", context)


def state_of(mode: FreeMode, now: datetime) -> str:
    """Return "Open", or how it ended."""
    if mode.closed_at:
        return "Ended by staff"
    return "Open" if mode.ends_at > now else "Ended by itself"


def sentence_of(mode: FreeMode) -> str:
    """Say of an opening that is in force what it opens, until when and why."""
    until = localtime(mode.ends_at)
    return f"{mode} are open to everybody until {until:%-d %B, %H:%M}. {mode.why.rstrip('.')}."


def _staff(request: HttpRequest) -> Reader:
    return cast("Reader", request.user)
