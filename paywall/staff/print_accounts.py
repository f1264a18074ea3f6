"""Print accounts as the last files told of them, and what print subscriptions open."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from paywall.circulation.models import PrintAccount, PrintLine, PrintProduct
from paywall.staff import finding
from paywall.staff.lists import LongList
from paywall.tasks import follow_print


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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Lead to the history of what staff changed, where there is any: files are not in it."""
        logged = LogEntry.objects.filter(
            content_type=get_content_type_for_model(PrintAccount),
            object_id=str(context["original"].pk),
        )
        context["show_history"] = logged.exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
