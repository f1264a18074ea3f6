"""The desk's cases: what a reader typed, what is on file, and a yes or no."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from accounts.models import Reader
from paywall import clock
from paywall.circulation import cases, comparing, erasing, seats
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement
from paywall.staff.lists import FoundByReader, found_or_404

NOT_YET = "Approved: {} will read with {}, as soon as digital access comes with it again."
LIST = "admin:paywall_printcase_changelist"


@admin.register(PrintCase)
class PrintCaseAdmin(FoundByReader):
    """Open cases come first; a case's page shows what is on file next to what was typed."""

    list_display = ("reader", "state", "number", "last_name", "tries", "opened_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("reader", "decided_by")
    named_by = ("number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintCase]:
        return PrintCase.objects.exclude(state=PrintCase.State.DRAFT)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        case = found_or_404(self, request, object_id)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            return self._decide(request, case)
        search = request.GET.get("number", "")
        candidates = comparing.candidates_for(case, search=search, now=clock.now())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Case of {case.reader}",
            "case": case,
            "files": cases.FILES_TRIED,
            "case_heading": "The case" if candidates else "What the reader typed",
            "candidates": candidates,
            "search": search,
            "erased": erasing.erased_among(cases.typed_in(case)),
            "may_decide": case.state == PrintCase.State.OPEN
            and self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/paywall/printcase/case.html", context)

    def _decide(self, request: HttpRequest, case: PrintCase) -> HttpResponse:
        staff, now = cast("Reader", request.user), clock.now()
        if case.state != PrintCase.State.OPEN:
            messages.warning(request, "This case is decided already.")
            return redirect(LIST)
        if "decline" in request.POST:
            reason = request.POST.get("reason", "")
            if not reason.strip():
                messages.error(request, "Write a reason: the reader is told it.")
                return redirect(request.get_full_path())
            cases.decline(case, reason=reason, by=staff, now=now)
            self.log_change(request, case, "Declined.")
            messages.success(request, "Declined. The reader gets a letter with the reason.")
            return redirect(LIST)
        if "back" in request.POST:
            cases.let_erased_back(case)
            self.log_change(request, case, "Let the next file bring it back.")
            messages.success(request, "The next file brings it back, and is tried with this case.")
            return redirect(request.get_full_path())
        account = get_object_or_404(PrintAccount, pk=request.POST.get("approve") or 0)
        try:
            taken = cases.approve(case, account, by=staff, now=now)
        except cases.NoSeatError as why:
            messages.error(request, str(why))
            return redirect(request.get_full_path())
        self.log_change(request, case, f"Approved for {account}.")
        if Entitlement.objects.in_force(now).filter(activation=taken).exists():
            messages.success(request, f"Approved: {case.reader} reads with {account}.")
        else:
            messages.warning(request, NOT_YET.format(case.reader, account))
        return redirect(LIST)


@admin.register(Activation)
class ActivationAdmin(FoundByReader):
    """Who reads with which print account."""

    list_display = ("reader", "account", "state", "holder", "proof", "claimed_at")
    list_filter = ("state", "proof", "holder")
    list_select_related = ("reader", "account")
    named_by = ("account__number_key",)
    actions = ("take_back",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Activation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Activation | None = None) -> bool:
        return False

    def has_take_back_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("paywall.change_activation"))

    @admin.action(description="Take the digital access back", permissions=["take_back"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Activation]) -> None:
        for activation in chosen:
            seats.take_back_by_staff(activation.pk, now=clock.now())
            self.log_change(request, activation, "Taken back.")
        messages.success(request, "Done. These readers can have it again through a case alone.")
