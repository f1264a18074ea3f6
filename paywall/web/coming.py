"""The story that somebody came from, kept from the wall through sign-up and checkout."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from paywall.insights import origin

KEPT = "came_from"  # in the session


class ComingFromMiddleware:
    """Keeps the story in the session that there is, or that a form is about to need.

    Looking at a page makes no session: crawlers follow every link.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if f"{origin.PARAMETER}=" in request.META.get("QUERY_STRING", ""):
            story = origin.read(request.GET.get(origin.PARAMETER, ""))
            if story and (request.method == "POST" or request.session.session_key):
                request.session[KEPT] = story
        return self.get_response(request)


def story_of(request: HttpRequest | None) -> str:
    """Return the key of the story that somebody came from, or ""."""
    if request is None:
        return ""
    named = origin.read(request.GET.get(origin.PARAMETER, ""))
    return named or str(request.session.get(KEPT, ""))


def query_of(request: HttpRequest) -> dict[str, str]:
    """Return what an address says of it that leads on, or nothing."""
    story = story_of(request)
    return {origin.PARAMETER: origin.sign(story)} if story else {}
