"""What went wrong, as RFC 9457 has it: what, which field, and what to do about it."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from paywall.payments.gateway import GatewayError, GatewayUnavailable

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
URN = "urn:paywall:problem:"
UNAVAILABLE = (
    "The payment service does not answer just now. Nothing was charged: ask again in a minute."
)
REFUSED = "This cannot be paid for just now, and nothing was charged. It has been noted."

# By status: the last part of the type, and the title.
KINDS = {
    400: ("unreadable", "The request could not be read."),
    401: ("who-asks", "It is not clear who asks."),
    403: ("not-allowed", "This is not allowed."),
    404: ("not-found", "There is nothing here."),
    405: ("method", "This cannot be done here."),
    406: ("not-acceptable", "There is no such representation."),
    409: ("conflict", "Something stands in the way."),
    413: ("too-large", "That is too much."),
    415: ("media-type", "Send JSON."),
    422: ("invalid", "Some of what was sent is not right."),
    429: ("too-often", "That was too often."),
    503: ("unavailable", "This does not work just now."),
}
STRANGER = (
    "Sign in, or send X-Session-Token with a reader’s token, or Authorization: Bearer with a "
    "site’s key."
)


class Problem(exceptions.APIException):
    """A problem with a type of its own; `more` are further members of the answer."""

    status_code = HTTPStatus.CONFLICT
    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(
        self, detail: str, *, field: str = "", wait: int | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.field, self.more = field, more
        if wait is not None:
            self.wait = wait


class NoSuchStory(Problem):
    status_code = HTTPStatus.NOT_FOUND
    kind, title = "no-such-story", "This story is not known."


class NoSuchReader(Problem):
    status_code = HTTPStatus.NOT_FOUND
    kind, title = "no-such-reader", "This site has no such reader."


class NoSuchPrice(Problem):
    status_code = HTTPStatus.NOT_FOUND
    kind, title = "no-such-price", "This price is not sold."


class KeyNeeded(Problem):
    status_code = HTTPStatus.FORBIDDEN
    kind, title = "server-key-needed", "Only a site’s server may say this."


class ScopeNeeded(Problem):
    status_code = HTTPStatus.FORBIDDEN
    kind, title = "scope-needed", "The key is not good for this."


class ReaderNeeded(Problem):
    status_code = HTTPStatus.FORBIDDEN
    kind, title = "reader-needed", "Only the reader may do this."


class SignInAgain(Problem):
    status_code = HTTPStatus.FORBIDDEN
    kind, title = "sign-in-again", "Is it still the reader who asks?"


class Conflict(Problem):
    kind, title = "conflict", "Something stands in the way."


class KeyUsedBefore(Problem):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    kind, title = "idempotency-key-used", "This idempotency key came with another request."


class NotProved(Problem):
    status_code = HTTPStatus.FORBIDDEN
    kind, title = "verify-email", "The reader’s address is not verified yet."


class PrintNotFound(Problem):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    kind, title = "print-not-found", "We could not turn it on yet"


class TryLater(Problem):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    kind, title = "try-later", "Try again a little later"


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return what a caller is told of an error; None: it is a fault of ours."""
    error = _as_api_error(error)
    if not isinstance(error, exceptions.APIException):
        return None
    if request := context.get("request"):  # whatever the answer would have been written in
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
    status = int(error.status_code)
    if isinstance(error, exceptions.ValidationError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind, title = KINDS.get(status, ("problem", HTTPStatus(status).phrase))
    problem: dict[str, Any] = {"type": f"{URN}{kind}", "title": title, "status": int(status)}
    if isinstance(error, exceptions.ValidationError):
        errors = list(_fields(error.detail))
        problem["detail"] = " ".join(f"{each['field']}: {each['detail']}" for each in errors)
        problem["errors"] = errors
    else:
        problem["detail"] = str(error.detail)
    if isinstance(error, exceptions.NotAuthenticated):
        problem["detail"] = STRANGER
    if isinstance(error, Problem):
        problem |= {"type": f"{URN}{error.kind}", "title": error.title, **error.more}
        if error.field:
            problem["errors"] = [{"field": error.field, "detail": str(error.detail)}]
    return Response(problem, status, headers=_headers(error), content_type=MEDIA_TYPE)


def _as_api_error(error: Exception) -> Any:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is no such address: see /api/v1/docs/.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, GatewayError):
        passing = isinstance(error, GatewayUnavailable)
        logger.log(logging.WARNING if passing else logging.ERROR, "No checkout: %s", error)
        told = exceptions.APIException(UNAVAILABLE if passing else REFUSED)
        told.status_code, told.wait = HTTPStatus.SERVICE_UNAVAILABLE, 60
        return told
    return error


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {"Cache-Control": "private, no-store"}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(int(wait), 1))
    return headers


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield each field with what is wrong with it; a field in a field is written a.b."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _fields(inner, f"{path}.{here}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    else:
        yield {"field": _sendable(path) or "(all)", "detail": _sendable(str(detail))}


def _sendable(text: str) -> str:
    """Return what was sent without the halves of characters, which no answer can hold."""
    return text.encode(errors="replace").decode()
