"""Where a story was found before leads to the story, for good."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from articles.addresses import looked_for
from articles.models import OldAddress
from paywall import clock


class OldAddressMiddleware:
    """Answers what nothing else knows, if a story was there once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND and request.method in {"GET", "HEAD"}:
            if redirect := redirect_from(request):
                return redirect
            response["Cache-Control"] = "private, no-store"
        return response


def redirect_from(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """Return the redirect to the published story that was at this address, if one was."""
    forms = looked_for(request.path, request.META.get("QUERY_STRING", ""))
    rows = OldAddress.objects.filter(path__in=forms, article__published_at__lte=clock.now())
    slugs = dict(rows.values_list("path", "article__slug"))
    for form in forms:
        if form in slugs:
            address = reverse("story", args=[slugs[form]])
            return HttpResponsePermanentRedirect(address) if address != request.path else None
    return None
