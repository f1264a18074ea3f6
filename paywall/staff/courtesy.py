"""Courtesy access for many, from a file: each row is shown first, and given after the yes."""

import uuid
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from accounts.models import Reader
from paywall import clock
from paywall.entitlements import courtesy
from paywall.entitlements.courtesy_file import Row, UnreadableError, read
from paywall.entitlements.models import CourtesyBatch
from paywall.staff.lists import LongList, found_or_404
from paywall.staff.widgets import DayWidget

LIST = "admin:paywall_courtesybatch_changelist"
ADD = "admin:paywall_courtesybatch_add"
PERMISSION = "paywall.give_courtesy_in_bulk"
LARGEST = 1_000_000  # bytes
SALT = "paywall.staff.courtesy"
SHOWN_FOR = 3600  # seconds in which the yes has to follow


class CourtesyForm(forms.Form):
    """The file, the last day of those that name none, and why."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV: an email address in each line, and if you like a last day of its own "
        "(reader@example.com,2026-12-31).",
    )
    until_date = forms.DateField(
        label="Until", widget=DayWidget, help_text="The last day, unless the line names another."
    )
    why = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("The file is larger than a list of addresses can be.")
        return file


@admin.register(CourtesyBatch)
class CourtesyBatchAdmin(LongList):
    """What was given from files; nothing of it is changed or deleted."""

    list_display = ("why", "given", "left_out", "given_at", "given_by", "withdrawn_at")
    list_select_related = ("given_by",)
    add_words = "Send a file"
    nothing_words = "No file was sent yet."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        seen: bool = super().has_view_permission(request, obj)
        return seen or self.has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form; a POST shows each row, and the yes to that gives."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "yes" in request.POST:
            return self._give(request)
        form = CourtesyForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                rows = read(file.read(), until_date=form.cleaned_data["until_date"])
            except UnreadableError as error:
                form.add_error("file", str(error))
            else:
                return self._preview(request, form, rows)
        return self._page(request, "Give courtesy access from a file", "send", {"form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what one file gave; a POST takes it back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = found_or_404(self, request, object_id)
        may_take_back = self.has_add_permission(request)
        if request.method == "POST":
            if not may_take_back:
                raise PermissionDenied
            if courtesy.take_back(batch, by=cast("Reader", request.user), now=clock.now()):
                self.log_change(request, batch, "Taken back.")
                messages.success(request, "Taken back: what this file gave has ended.")
            return redirect(LIST)
        context = {"batch": batch, "may_take_back": may_take_back and not batch.withdrawn_at}
        return self._page(request, str(batch), "one", context)

    def _preview(self, request: HttpRequest, form: CourtesyForm, rows: Any) -> HttpResponse:
        judged = courtesy.judge(rows, now=clock.now())
        told = {
            "rows": [
                (row.line, row.address, row.until_date.isoformat(), row.problem) for row in rows
            ],
            "why": form.cleaned_data["why"],
            "file": form.cleaned_data["file"].name,
            "key": str(uuid.uuid4()),
        }
        context = {
            "judged": sorted(judged, key=lambda one: one.reader_id is not None),
            "count": sum(one.reader_id is not None for one in judged),
            "why": told["why"],
            "told": signing.dumps(told, salt=SALT, compress=True),
        }
        return self._page(request, "This is what the file would do", "preview", context)

    def _give(self, request: HttpRequest) -> HttpResponse:
        try:
            told = signing.loads(request.POST.get("told", ""), salt=SALT, max_age=SHOWN_FOR)
        except signing.BadSignature:
            messages.error(request, "That was more than an hour ago: send the file again.")
            return redirect(ADD)
        batch = courtesy.give(
            [
                Row(line, address, date.fromisoformat(day), problem)
                for line, address, day, problem in told["rows"]
            ],
            why=told["why"],
            file=told["file"],
            key=uuid.UUID(told["key"]),
            by=cast("Reader", request.user),
            now=clock.now(),
        )
        self.log_addition(request, batch, f"{batch.given} readers. {batch.why}")
        messages.success(request, f"{batch.given} readers have access. {batch.left_out} left out.")
        return redirect(LIST)

    def _page(
        self, request: HttpRequest, title: str, name: str, more: dict[str, Any]
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        template = f"admin/paywall/courtesybatch/{name}.html"
        return TemplateResponse(request, template, {**context, **more})
