"""Lists come in pages, by a cursor: what is added meanwhile moves nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

CURSOR = OpenApiParameter(
    "cursor", {"type": "string", "maxLength": 200}, description="From `next` or `previous`."
)
NO_CURSOR = "This is no cursor of ours: begin without one, and follow `next`."


class Pages(CursorPagination):
    page_size = 50

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Return one page. Raises ValidationError for other fields, and for a bad cursor."""
        if unknown := set(request.query_params) - {"cursor"}:
            wrong = {name: ["There is no such field here; there is: cursor."] for name in unknown}
            raise ValidationError(wrong)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, OverflowError):
            raise ValidationError({"cursor": [NO_CURSOR]}) from None


def page_of(answer: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Return how a page of these is described."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": answer(many=True),
    }
    return type(f"PageOf{answer.__name__}", (serializers.Serializer,), fields)
