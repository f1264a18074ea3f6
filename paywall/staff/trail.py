"""The audit trail, which staff read and nobody edits."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import actions
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from paywall.staff.lists import FoundByReader
from paywall.trail import recording
from paywall.trail.models import StaffAction


@admin.action(
    permissions=["delete"], description=gettext_lazy("Delete selected %(verbose_name_plural)s")
)
def delete_selected(
    model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any]
) -> TemplateResponse | None:
    """Delete as Django does, with each row in the trail: of several Django's log says nothing."""
    count = queryset.count()
    answer: TemplateResponse | None = actions.delete_selected(model_admin, request, queryset)
    if answer is None and count > 1:
        for entry in LogEntry.objects.filter(user=request.user.pk).order_by("-pk")[:count]:
            recording.note_entry(entry)
    return answer


admin.site.add_action(delete_selected)


@admin.register(StaffAction)
class StaffActionAdmin(FoundByReader):
    """Who did what, when, about whom and why. There is no permission to change any of it."""

    list_display = ("at", "actor_name", "what", "whom", "reason", "outcome")
    list_select_related = ("reader",)
    named_by = ("actor_name",)
    search_help_text = "A reader’s address, or the whole address of a colleague."
    ordering = ("-at", "-pk")
    actions: ClassVar[tuple[str, ...]] = ()
    fields = readonly_fields = (
        "at", "actor_name", "what", "whom", "reason", "outcome", "details",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="About")
    def whom(self, action: StaffAction) -> str:
        """Say whom it is about: the reader's address while there is one."""
        return action.reader.email if action.reader else action.about
