"""Circulation files: what came of each, and a yes or no where one waits for it."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import action

from accounts.models import Reader
from paywall import clock
from paywall.circulation import importing, nightly, rejects
from paywall.circulation.errors import RefusedError
from paywall.circulation.locking import BusyError
from paywall.circulation.models import CirculationImport
from paywall.staff import circulation_page, counts, upload_page
from paywall.staff.lists import LongList, found_or_404
from paywall.tasks import go_on_with_circulation

COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "absent")
NOT_SURE = "Nothing was changed. Say that you have looked at it, then say yes once more."


@admin.register(CirculationImport)
class CirculationImportAdmin(LongList):
    """Files come in; nobody writes one here. A held one is decided on its page."""

    list_display = ("name", "state", "as_of", *counts.shown_with_commas(*COUNTS))
    list_filter = ("state", "profile")
    actions_list = ("send",)

    @admin.display(description="File")
    def name(self, file: CirculationImport) -> str:
        return circulation_page.name_of(file)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if late := nightly.lateness(now=clock.now()):
            messages.warning(request, late)
        shown: HttpResponse = super().changelist_view(request, extra_context)
        return shown

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:file_id>/rejected.csv",
            self.admin_site.admin_view(self.rejected),
            name="paywall_circulationimport_rejected",
        )
        return [own, *super().get_urls()]

    @action(  # type: ignore[untyped-decorator]  # unfold comes without types
        description="Send a file", url_path="send", permissions=["change"]
    )
    def send(self, request: HttpRequest) -> HttpResponse:
        return upload_page.show(self, request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        file = found_or_404(self, request, object_id)
        if request.method == "POST":
            return self._decide(request, file)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "may_decide": self.has_change_permission(request),
            **circulation_page.shown_of(file),
        }
        return TemplateResponse(request, "admin/paywall/circulationimport/file.html", context)

    def _decide(self, request: HttpRequest, file: CirculationImport) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        staff, now = cast("Reader", request.user), clock.now()
        try:
            if (
                "yes" in request.POST
                and circulation_page.needs_a_tick(file)
                and "sure" not in request.POST
            ):
                messages.error(request, NOT_SURE)
            elif "yes" in request.POST:
                importing.accept(file.pk, by=staff, now=now)
                transaction.on_commit(go_on_with_circulation.delay, robust=True)
                self.log_change(request, file, "Said yes.")
                messages.success(request, "You said yes.")
            elif "no" in request.POST:
                importing.decline(file.pk, by=staff, now=now)
                self.log_change(request, file, "Said no.")
                messages.success(request, "You said no. Nothing was changed.")
        except (RefusedError, BusyError) as error:
            messages.error(request, str(error))
        return redirect("admin:paywall_circulationimport_change", file.pk)

    def rejected(self, request: HttpRequest, file_id: int) -> StreamingHttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        file = get_object_or_404(CirculationImport, pk=file_id)
        return StreamingHttpResponse(
            rejects.as_csv(file),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="rejected-{file.pk}.csv"'},
        )
