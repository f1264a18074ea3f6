"""Lists that stay fast with a million rows: nothing is counted, and indexes find what is typed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from paywall.staff import finding


class LongList(ModelAdmin):
    """A list of no known length, in the one order that an index has."""

    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by: ClassVar = ()


class FoundByReader(LongList):
    """A list that is searched by a reader's address, or by an id that is written out.

    `reader_path` leads from a row to its reader; `named_by` are fields with an index, tried first:
    looked for in one query with the reader, neither index would be used.
    """

    reader_path = "reader"
    named_by: ClassVar[tuple[str, ...]] = ()
    search_fields: ClassVar = ("pk",)  # Django shows the box only with some
    search_help_text = "The beginning of an email address, or a whole id."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        for name in self.named_by:
            named = queryset.filter(**{name: typed})
            if named.exists():
                return named, False
        readers = finding.reader_ids(typed)
        return queryset.filter(**{f"{self.reader_path}__in": readers}), False


def among(name: str, label: str, *values: str) -> type[admin.SimpleListFilter]:
    """Return a filter by some known values of a field; Django's own would look through all rows."""

    class Among(admin.SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, value.capitalize()) for value in values]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return Among
