"""The words of the wall: drafts, how they look, publishing them, and what was published when."""

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.models import Reader
from paywall import clock
from paywall.catalog.models import Section
from paywall.gate import previewing, publishing, wording
from paywall.gate.models import WallVersion
from paywall.gate.previewing import ONLOOKERS, Onlooker
from paywall.gate.wall import wall_for
from paywall.metering.rules import rules_in_force
from paywall.periods import month_of
from paywall.staff.lists import LongList, found_or_404
from paywall.staff.wall_forms import WallForm

PERMISSION = "paywall.publish_walls"
CHANGE = "admin:paywall_wallversion_change"


@admin.register(WallVersion)
class WallVersionAdmin(LongList):
    """A draft is changed on its page until it is published; the list is the history."""

    list_display = ("__str__", "state", "made_by", "published_at", "published_by")
    list_select_related = ("made_by", "published_by")
    add_words = "Change the words"
    nothing_words = "The wall still says what it came with."

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="State")
    def state(self, version: WallVersion) -> str:
        return state_of(version)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:version_id>/preview/<str:onlooker>/",
            self.admin_site.admin_view(xframe_options_sameorigin(self.preview)),
            name="paywall_wallversion_preview",
        )
        return [own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the words in force, or those of the version `like`; a POST makes a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        texts = publishing.words_in_force().texts
        if like := request.GET.get("like", ""):
            texts = get_object_or_404(WallVersion, pk=like if like.isdecimal() else 0).texts
        form = WallForm(request.POST or None, texts=texts)
        if request.method == "POST" and form.is_valid():
            version = self._keep(request, form, None)
            self.log_addition(request, version, "A draft.")
            return redirect(CHANGE, version.pk)
        return self._page(request, "A new version of the wall", {"form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a version as readers would see it; a POST changes or publishes a draft."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        version = found_or_404(self, request, object_id)
        form = None
        if version.published_at is None and self.has_change_permission(request):
            data = request.POST if request.method == "POST" and "save" in request.POST else None
            form = WallForm(data, texts=version.texts, note=version.note)
            if form.is_valid():
                return self._change(request, form, version)
        if request.method == "POST" and "publish" in request.POST:
            return self._publish(request, version)
        context = {
            "form": form,
            "version": version,
            "state": state_of(version),
            "onlookers": [(one.value, label) for one, label in ONLOOKERS.items()],
            "may_publish": version.published_at is None and request.user.has_perm(PERMISSION),
            "may_add": self.has_add_permission(request),
            "told": [
                (
                    group.title,
                    [(piece, wording.complete(version.texts)[piece.key]) for piece in group.pieces],
                )
                for group in wording.GROUPS
            ],
        }
        return self._page(request, str(version), context)

    def preview(self, request: HttpRequest, version_id: int, onlooker: str) -> HttpResponse:
        """Show the wall of a version as somebody sees it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if onlooker not in set(Onlooker):
            raise Http404
        version = get_object_or_404(WallVersion, pk=version_id)
        admission = previewing.refused(
            Onlooker(onlooker),
            section=Section.objects.values_list("slug", flat=True).first() or "",
            rules=rules_in_force(),
            period=month_of(clock.now(), ZoneInfo(settings.TIME_ZONE)),
        )
        context = {
            "admission": admission,
            "wall": wall_for(admission),
            "draft_texts": version.texts,
        }
        return TemplateResponse(request, "admin/paywall/wallversion/preview.html", context)

    def _keep(self, request: HttpRequest, form: WallForm, of: int | None) -> WallVersion:
        texts = {key: form.cleaned_data[key] for key in wording.PIECES}
        note, by = form.cleaned_data["note"], _staff(request)
        return publishing.draft(texts, note=note, by=by, now=clock.now(), of=of)

    def _change(self, request: HttpRequest, form: WallForm, version: WallVersion) -> HttpResponse:
        try:
            self._keep(request, form, version.pk)
        except publishing.PublishedError as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, version, "Changed the draft.")
            messages.success(request, "Kept. Readers see it once it is published.")
        return redirect(CHANGE, version.pk)

    def _publish(self, request: HttpRequest, version: WallVersion) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if publishing.publish(version, by=_staff(request), now=clock.now()):
            self.log_change(request, version, "Published.")
            messages.success(request, "Published. Readers see it within a second.")
        else:
            messages.warning(request, "It was published already.")
        return redirect(CHANGE, version.pk)

    def _page(self, request: HttpRequest, title: str, more: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(
            request, "admin/paywall/wallversion/version.html", {**context, **more}
        )


def state_of(version: WallVersion) -> str:
    """Return whether readers see a version, saw it once, or never did."""
    if version.published_at is None:
        return "Draft"
    in_force = publishing.words_in_force().version == version.pk
    return "Readers see it" if in_force else "Readers saw it once"


def _staff(request: HttpRequest) -> Reader:
    return cast("Reader", request.user)
