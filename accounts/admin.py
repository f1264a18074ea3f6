"""Readers, as staff see them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts import made_by_staff
from accounts.models import Reader

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Django's groups in the look of the rest."""


@admin.register(Reader)
class ReaderAdmin(ModelAdmin):
    list_display: Sequence[str] = ("email", "joined_at", "is_active", "is_staff")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email",)
    ordering = ("-pk",)
    show_full_result_count = False
    readonly_fields = ("public_id", "joined_at", "last_login")
    filter_horizontal = ("groups", "user_permissions")

    fieldsets: ClassVar = (
        (None, {"fields": ("email", "public_id", "joined_at", "last_login")}),
        (
            "May",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Reader | None = None) -> Any:
        """Only a superuser hands out rights: whoever may could give themselves all."""
        rights = ("is_staff", "is_superuser", "groups", "user_permissions")
        return self.readonly_fields + (() if request.user.is_superuser else rights)

    def has_change_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: Reader, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            made_by_staff.prove_anew(obj)
