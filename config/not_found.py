"""The newspaper's own page for what is not there, in the demonstration too.

With DEBUG on Django shows a list of its addresses instead, which tells a visitor nothing.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.defaults import page_not_found


class OwnNotFoundMiddleware:
    """Has to be the last: between it and the views stands only the search for an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.resolver_match is None:  # no address of ours: nothing else answers so
            return page_not_found(request, Http404())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view that found nothing."""
        return page_not_found(request, exception) if isinstance(exception, Http404) else None
