"""Who asks for a story, and whether the request is somebody reading."""

from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.http import HttpRequest

from accounts import verification
from accounts.models import Reader

COOKIE = "visitor"  # points to a stranger's meter, where a rule gives strangers an allowance
EARLY = ("prefetch", "prerender", "preview")


class Asking(Enum):
    """What a request wants of a story."""

    TO_READ = "to read"
    TO_LOOK = "to look"  # HEAD: the headers alone
    TOO_EARLY = "too early"  # fetched before, or without, anybody reading


@dataclass(frozen=True, slots=True)
class Visitor:
    """Anyone who asks for a story."""

    reader: Reader | None
    has_session: bool  # sent a session cookie, whether or not it still means anything
    verifying: bool
    token: str  # the stranger's cookie, or ""


def identify(request: HttpRequest) -> Visitor:
    """Return who asks; a stranger with no cookies costs no query."""
    reader = request.user if isinstance(request.user, Reader) else None
    return Visitor(
        reader=reader,
        has_session=settings.SESSION_COOKIE_NAME in request.COOKIES,
        verifying=reader is None and verification.is_pending(request),
        token=request.COOKIES.get(COOKIE, "")[:64],
    )


def asking(request: HttpRequest) -> Asking:
    """Tell a reader from a browser that fetches ahead or in parts (Sec-Purpose: Fetch standard)."""
    if request.method == "HEAD":
        return Asking.TO_LOOK
    purposes = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    ).lower()
    if "Range" in request.headers or any(word in purposes for word in EARLY):
        return Asking.TOO_EARLY
    return Asking.TO_READ
