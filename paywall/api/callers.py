"""On whose behalf is asked: a reader for themselves, or a site's server for one of its readers."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import verification
from accounts.models import Reader
from paywall.api.authentication import session_of
from paywall.api.problems import KeyNeeded, NoSuchReader, ScopeNeeded
from paywall.gate.visitor import Visitor, identify
from paywall.sites.models import ApiKey, ApiSite, Scope
from paywall.sites.readers import reader_of

READER = "Only a server key names the reader: leave it out, you are asked for yourself."
NO_READER = (
    "This site has no reader of that id. A reader becomes one when their own token is shown: "
    "POST /api/v1/readers/."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the gate sees them, and the site whose server does, if one does."""

    visitor: Visitor
    site: ApiSite | None

    @property
    def reader(self) -> Reader | None:
        return self.visitor.reader

    @property
    def name(self) -> str:
        """A name that is this caller's alone; "" for a stranger without one."""
        if self.site:
            return f"site {self.site.pk}"
        return f"reader {self.reader.public_id}" if self.reader else self.visitor.token


class ScopeOrAnybody(BasePermission):
    """A key needs the scope that the view names for the method; others are asked by the view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return True
        method = "GET" if request.method == "HEAD" else request.method
        needed: Scope | None = view.scopes.get(method)
        if needed and needed.value not in key.scopes:
            raise ScopeNeeded(f"It needs the scope “{needed.value}”: staff give it in the admin.")
        return True


def site_of(request: Request) -> ApiSite | None:
    """Return the site whose server asks, or None."""
    return request.auth.site if isinstance(request.auth, ApiKey) else None


def caller_of(request: Request, reader: uuid.UUID | None = None, visitor: str = "") -> Caller:
    """Return who asks. `reader` and `visitor` are whom a server names.

    Raises KeyNeeded where somebody else names one, NoSuchReader.
    """
    site = site_of(request)
    if site is None:
        if reader or visitor:
            raise KeyNeeded(READER, field="reader" if reader else "visitor")
        return Caller(_visitor(request), None)
    found = None
    if reader:
        found = reader_of(site, reader)
        if found is None:
            raise NoSuchReader(NO_READER, field="reader")
    token = _token(site, visitor) if visitor and not found else ""
    return Caller(Visitor(found, has_session=False, verifying=False, token=token), site)


def reader_asked_for(request: Request, reader: uuid.UUID | None) -> Reader:
    """Return the reader who asks, or whom a server names. Raises NotAuthenticated and the above."""
    found = caller_of(request, reader).reader
    if found is None and site_of(request):
        raise NoSuchReader("Name the reader by the public id.", field="reader")
    if found is None:
        raise NotAuthenticated
    return found


def _visitor(request: Request) -> Visitor:
    """Return the browser's visitor, or the one behind a token."""
    session = session_of(request)
    if session is None:
        return identify(request._request)
    reader = request.user if isinstance(request.user, Reader) else None
    pending = SimpleNamespace(session=session, user=request.user)
    verifying = reader is None and verification.is_pending(pending)  # type: ignore[arg-type]
    return Visitor(reader, has_session=True, verifying=verifying, token="")


def _token(site: ApiSite, visitor: str) -> str:
    """Return the cookie that a site's visitor would have, had they come to our own pages."""
    message = f"visitor {site.pk} {visitor}"
    return hmac.new(settings.MAILBOX_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()
