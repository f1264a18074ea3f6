"""The audit trail, which staff read and nobody edits."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from paywall.staff.lists import FoundByReader
from paywall.trail.models import StaffAction


@admin.register(StaffAction)
class StaffActionAdmin(FoundByReader):
    """Who did what, when, about whom and why. There is no permission to change any of it."""

    list_display = ("at", "actor_name", "what", "whom", "reason", "outcome")
    list_display_links = ("what",)
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
