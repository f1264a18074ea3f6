"""Who may read premium stories, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import raise_access_version
from paywall import clock
from paywall.entitlements.models import Entitlement, Source
from paywall.staff.lists import FoundByReader


@admin.register(Entitlement)
class EntitlementAdmin(FoundByReader):
    list_display = ("reader", "source", "everything", "starts_at", "ends_at")
    list_filter = ("source",)
    list_select_related = ("reader",)
    add_words = "Give access"
    autocomplete_fields = ("reader",)
    filter_horizontal = ("sections",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"source": Source.COURTESY, "starts_at": clock.now(), **given}

    # The admin runs each of these in one transaction with the change itself.

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        readers = {form.instance.reader_id, form.initial.get("reader")}
        raise_access_version(readers - {None})

    def delete_model(self, request: HttpRequest, obj: Entitlement) -> None:
        raise_access_version([obj.reader_id])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Entitlement]) -> None:
        raise_access_version(list(queryset.values_list("reader_id", flat=True)))
        super().delete_queryset(request, queryset)
