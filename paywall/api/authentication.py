"""Who asks: a site's server by its key, or a reader by a token or the session of this site."""

from typing import Any

from allauth.headless.internal import sessionkit
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from paywall import clock
from paywall.api import guessing
from paywall.sites import keys

BEARER = "Bearer"
TOKEN = "X-Session-Token"  # noqa: S105  # a header's name
NO_KEY = "This key is not good, or not any more. Keys are made in the admin."
NO_TOKEN = "This token is not good any more: sign in again."  # noqa: S105


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer` and a site's key; `request.auth` is its row."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != BEARER.lower():
            return None
        now, shown = clock.now(), shown.strip()
        guessing.refuse_guessers(request, shown)
        key = keys.find(shown, now=now)
        if key is None:
            guessing.note_wrong(request)
            raise AuthenticationFailed(NO_KEY)
        guessing.note_right(shown)
        keys.note_use(key, now=now)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return BEARER


class TokenAuthentication(BaseAuthentication):
    """The token that allauth's headless mode gave; `request.auth` is the session behind it.

    Whoever is still to type the emailed code has a token too, and is nobody yet.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        token = request.headers.get(TOKEN)
        if not token:
            return None
        guessing.refuse_guessers(request, token)
        session = sessionkit.lookup_session(token)
        if session is None:
            guessing.note_wrong(request)
            raise AuthenticationFailed(NO_TOKEN)
        guessing.note_right(token)
        return sessionkit.get_session_user(session) or AnonymousUser(), session

    def authenticate_header(self, request: Request) -> str:
        return BEARER


class SameSiteAuthentication(SessionAuthentication):
    """The session of this site, which has to come with its CSRF token for whatever changes."""


def session_of(request: Request) -> SessionBase | None:
    """Return the session behind a reader's token, or None."""
    return request.auth if isinstance(request.auth, SessionBase) else None


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = KeyAuthentication
    name = "siteKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A site’s server key."}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "readerToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "A reader’s own token, from /_allauth/app/v1/ (sign up, verify, sign in, sign out)."
        return {"type": "apiKey", "in": "header", "name": TOKEN, "description": text}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SameSiteAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "A reader’s session on the paper’s own site; changes need X-CSRFToken as well."
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": text}
