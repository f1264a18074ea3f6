"""Lists that stay fast with a million rows: nothing is counted, and indexes find what is typed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from paywall.staff import finding


def found_or_404(screen: ModelAdmin, request: HttpRequest, object_id: str) -> Any:
    """Return the row that an address of the admin names. Raises Http404, whatever it names."""
    row = screen.get_object(request, object_id)
    if row is None:
        raise Http404
    return row


class LongList(ModelAdmin):
    """A list of no known length, in the one order that an index has."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    sortable_by: ClassVar = ()


class FoundById(LongList):
    """A list that is searched by whole ids: fields with an index each, one after the other.

    Looked for in one query, none of the indexes would be used.
    """

    named_by: ClassVar[tuple[str, ...]] = ()
    search_fields: ClassVar = ("pk",)  # Django shows the box only with some

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
        return self.found_else(queryset, typed), False

    def found_else(self, queryset: QuerySet[Any], typed: str) -> QuerySet[Any]:
        """Return what is found where it is no id."""
        return queryset.none()


class FoundByReader(FoundById):
    """A list that is searched by a reader's address too; `reader_path` leads from a row to them."""

    reader_path = "reader"
    search_help_text = "The beginning of an email address, or a whole id."

    def found_else(self, queryset: QuerySet[Any], typed: str) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.reader_path}__in": finding.reader_ids(typed)})


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
