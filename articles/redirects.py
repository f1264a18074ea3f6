"""Where a story was found before leads to the story, for good."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

from articles.models import OldAddress


class OldAddressMiddleware:
    """Answers what nothing else knows, if a story was there once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return redirect_from(request) or response
        return response


def redirect_from(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """Return the redirect to the story that was at this address, if one was."""
    path = request.path
    candidates = {request.get_full_path(), path, path.rstrip("/"), path.rstrip("/") + "/"}
    old = (
        OldAddress.objects.select_related("article")
        .filter(path__in=[candidate[:500] for candidate in candidates])
        .order_by("-path")
        .first()
    )
    return HttpResponsePermanentRedirect(old.article.get_absolute_url()) if old else None
