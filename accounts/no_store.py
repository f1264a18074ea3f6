"""No copy of an account's pages stays behind."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse


class AccountPagesAreNotKept:
    """Tells browsers and caches to keep no page on which codes, keys or addresses may be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.below = reverse("account_login").removesuffix("login/")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith(self.below):
            response["Cache-Control"] = "private, no-store"
        return response
