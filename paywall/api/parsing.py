"""What is spoken: JSON, unless it is larger or deeper than anything that is asked."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

LARGEST = 64 * 1024  # bytes; the longest request there is has a few thousand


class MostAskAlike(DefaultContentNegotiation):
    """Answers the two usual ways of asking at once; weighing the others takes a while."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first, *others = renderers
        if not others and request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", first.media_type}:
            return first, str(first.media_type)
        chosen: tuple[BaseRenderer, str]
        chosen = super().select_renderer(request, [first, *others], format_suffix)
        return chosen


class TooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "Send no more than 64 KiB: a story’s text is never asked for."


class SmallJSONParser(JSONParser):
    """Refuses by the length that was announced, before anything is read."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        length = parser_context["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > LARGEST:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deep") from None
