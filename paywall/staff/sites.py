"""Other sites that ask the API, and their keys: made and replaced here, and shown once."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from paywall import clock
from paywall.sites import keys
from paywall.sites.models import ApiKey, ApiSite, Scope
from paywall.staff.lists import LongList


@admin.register(ApiSite)
class ApiSiteAdmin(LongList):
    list_display = ("name", "origin")
    search_fields = ("name", "origin")


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    """A key, and what it is good for."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiKey
        fields = ("site", "name", "scopes", "per_minute", "ends_at")


@admin.register(ApiKey)
class ApiKeyAdmin(LongList):
    """Keys are shown in the answer to making them, and nowhere else, ever."""

    form = ApiKeyForm
    list_display = (
        "__str__",
        "site",
        "good_for",
        "per_minute",
        "made_at",
        "ends_at",
        "last_used_at",
    )
    list_filter = ("site",)
    list_select_related = ("site",)
    readonly_fields = ("start", "made_at", "last_used_at")
    actions: ClassVar = ["replace"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "site") if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make a new key here, so that the key itself is at hand for the answer."""
        if change:
            super().save_model(request, obj, form, change)
            return
        scopes = [Scope(scope) for scope in obj.scopes]
        made, shown = keys.issue(
            obj.site,
            obj.name,
            scopes,
            now=clock.now(),
            per_minute=obj.per_minute,
            ends_at=obj.ends_at,
        )
        obj.pk, obj.start, obj.made_at = made.pk, made.start, made.made_at
        request.shown_key = shown  # type: ignore[attr-defined]  # for response_add

    def response_add(self, request: HttpRequest, obj: ApiKey, *args: Any) -> HttpResponse:
        return self._show(request, obj, request.shown_key)  # type: ignore[attr-defined]

    def has_replace_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("paywall.add_apikey"))

    @admin.action(description="Replace: the old key stays good for a week", permissions=["replace"])
    def replace(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Make a successor of one key."""
        chosen = list(queryset.select_related("site")[:2])
        if len(chosen) != 1:
            messages.warning(request, "Choose one key: its successor is shown once.")
            return None
        key, shown = keys.replace(chosen[0], now=clock.now())
        self.log_addition(request, key, f"Replaces {chosen[0].start}.")
        return self._show(request, key, shown)

    @admin.display(description="Good for")
    def good_for(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    def _show(self, request: HttpRequest, key: ApiKey, shown: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Copy the key now",
            "key": key,
            "shown": shown,
        }
        return TemplateResponse(request, "admin/paywall/apikey/shown.html", context)
