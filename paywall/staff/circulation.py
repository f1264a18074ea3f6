"""Circulation files: what came of each, and a yes or no where one waits for it."""

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.models import Reader
from paywall import clock
from paywall.circulation import importing, nightly, previewing, rejects
from paywall.circulation.errors import RefusedError
from paywall.circulation.locking import BusyError
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintLine,
    PrintProduct,
    StagedRow,
)
from paywall.circulation.previewing import Preview
from paywall.circulation.states import ImportState
from paywall.staff import finding, upload_page
from paywall.staff.lists import LongList, found_or_404
from paywall.tasks import follow_print, go_on_with_circulation

SHOWN = 20  # rejected rows on a file's page
GOES_ON = {ImportState.ARRIVING, ImportState.WAITING, ImportState.STAGING, ImportState.SWAPPING}
REFRESH = 5  # seconds; until then the page looks again by itself


HEADINGS = {ImportState.HELD: "It waits for a yes or no"}


@admin.register(CirculationImport)
class CirculationImportAdmin(LongList):
    """Files come in; nobody writes one here. A held one is decided on its page."""

    list_display = (
        "source",
        "state",
        "as_of",
        "rows",
        "new",
        "changed",
        "unchanged",
        "rejected",
        "absent",
    )
    list_filter = ("state", "profile")
    actions_list = ("send",)

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
            "title": f"Circulation file: {file.source}",
            "file": file,
            "heading": HEADINGS.get(file.state, file.get_state_display()),
            "goes_on": file.state in GOES_ON,
            "refresh": REFRESH,
            "read_so_far": read_so_far(file),
            "may_decide": file.state == ImportState.HELD and self.has_change_permission(request),
            "rejected": file.rejected_rows.all()[:SHOWN],
            "previews": self._previews(file),
        }
        return TemplateResponse(request, "admin/paywall/circulationimport/file.html", context)

    def _previews(self, file: CirculationImport) -> list[Preview]:
        """Return some of what a held file would change."""
        if file.state != ImportState.HELD:
            return []
        return [
            *previewing.changed_in(file),
            *previewing.absent_from(file),
            *previewing.new_in(file),
        ]

    def _decide(self, request: HttpRequest, file: CirculationImport) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        staff, now = cast("Reader", request.user), clock.now()
        try:
            if "yes" in request.POST:
                importing.accept(file.pk, by=staff, now=now)
                transaction.on_commit(go_on_with_circulation.delay, robust=True)
                self.log_change(request, file, "Said yes.")
                messages.success(request, "It is being put in force.")
            elif "no" in request.POST:
                importing.decline(file.pk, by=staff, now=now)
                self.log_change(request, file, "Said no.")
                messages.success(request, "It was put aside. Nothing was changed.")
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


def read_so_far(file: CirculationImport) -> int:
    """Return how many good rows of a file are read, while it is."""
    return StagedRow.objects.filter(file=file).count() if file.state == ImportState.STAGING else 0


@admin.register(PrintProduct)
class PrintProductAdmin(LongList):
    """What print subscriptions open. A change is in force for everybody in a moment."""

    list_display = ("__str__", "opens")
    filter_horizontal = ("sections",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        transaction.on_commit(follow_print.delay, robust=True)

    def delete_model(self, request: HttpRequest, obj: PrintProduct) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(follow_print.delay, robust=True)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(follow_print.delay, robust=True)


def shown_of(model: type[Model], *, without: set[str]) -> list[str]:
    """Return the names of a model's fields but these, in their order."""
    names = (field.name for field in model._meta.concrete_fields if not field.primary_key)
    return [name for name in names if name not in without]


class PrintLineInline(TabularInline):
    model = PrintLine
    extra = 0
    can_delete = False
    fields = readonly_fields = shown_of(PrintLine, without={"account", "status_since"})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PrintAccount)
class PrintAccountAdmin(LongList):
    """What the last files said. Only the number of seats is ours to change."""

    list_display = ("number", "publication", "last_name", "company", "city", "absent_since")
    ordering = ("-pk",)
    search_fields = ("number_key",)  # how it is searched is below
    search_help_text = "A number, the beginning of a last name, or an email address."
    inlines = (PrintLineInline,)
    fields: ClassVar = shown_of(PrintAccount, without={"number_key", "digest"})
    readonly_fields: ClassVar = fields[:-1]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PrintAccount], search_term: str
    ) -> tuple[QuerySet[PrintAccount], bool]:
        if not search_term.strip():
            return queryset, False
        found = [account.pk for account in finding.accounts(search_term)]
        return queryset.filter(pk__in=found), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
