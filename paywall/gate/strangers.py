"""What is the same for every stranger is made once, and given to those who ask in the same moment.

Behind a shared cache this hardly matters. Without one it is what keeps a story that everybody
wants from being rendered for each of them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from paywall import clock
from paywall.gate import noting
from paywall.gate.admission import Admission, is_shared
from paywall.gate.visitor import COOKIE
from paywall.insights import counting
from paywall.metering.allowances import Rules
from paywall.metering.rules import rules_in_force

REMEMBERED_FOR = 0.2  # seconds; with the rules' own age, a change is in force within one
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Page:
    """A response as it was made, and the rules it was made under."""

    content: bytes
    headers: dict[str, str]
    rules: Rules
    made_at: float
    admission: Admission | None  # where it is a story's: each who is given it is counted
    day: date

    def is_fresh(self) -> bool:
        age = time.monotonic() - self.made_at
        return age < REMEMBERED_FOR and self.rules == rules_in_force()


_pages: dict[str, Page] = {}


class StrangersMiddleware:
    """Answers strangers from this process' memory where the answer is fresh."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or request.META.get("QUERY_STRING") or _has_state(request):
            return _without_cookies(self.get_response(request))
        request.get_host()  # refuses a host that is not ours
        page = _pages.get(request.path)
        if page and page.is_fresh():
            if page.admission:
                noting.again(request.META, page.admission, day=page.day)
            return HttpResponse(page.content, headers=page.headers)
        made_at = time.monotonic()
        response = _without_cookies(self.get_response(request))
        if isinstance(response, HttpResponse) and is_shared(response):
            if len(_pages) >= MOST_PAGES:
                _pages.clear()
            _pages[request.path] = Page(
                response.content,
                dict(response.items()),
                rules_in_force(),
                made_at,
                getattr(request, "admission", None),
                counting.day_of(clock.now()),
            )
        return response


def _without_cookies(response: HttpResponseBase) -> HttpResponseBase:
    """Take the cookies off what a cache may give to others.

    Whoever comes with a csrftoken that is none, another site's perhaps, is given a new one by
    Django on any page: a cache that keeps it would give all the same.
    """
    if "s-maxage" in response.get("Cache-Control", ""):
        response.cookies.clear()
    return response


def forget() -> None:
    """Forget every page; called when a story changes in this process."""
    _pages.clear()


def _has_state(request: HttpRequest) -> bool:
    cookies = request.META.get("HTTP_COOKIE", "")
    return bool(cookies) and any(
        f"{name}=" in cookies for name in (settings.SESSION_COOKIE_NAME, COOKIE)
    )
