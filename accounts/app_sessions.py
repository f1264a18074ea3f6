"""The sessions behind the tokens that apps and other sites hold: no cookie is good for one.

A token is the key of its session. Without this, whoever holds a token would have the paper's
own pages by sending it as the cookie of a browser.
"""

# mypy: allow-subclassing-any
# (allauth comes without types)

from typing import Any

from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

OF_AN_APP = "of_an_app"  # in the session, from the moment that its token is given


class MarkedTokens(SessionTokenStrategy):
    """Gives the tokens of `/_allauth/app/`, those too that wait for a code."""

    def create_session_token(self, request: HttpRequest) -> str:
        request.session[OF_AN_APP] = True
        token: str = super().create_session_token(request)
        return token


class CookieSessionMiddleware(SessionMiddleware):
    """Finds the session that a cookie names, and none where that is an app's."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        # Of the same name, since Django signs what a session holds with the name of its class.
        self.SessionStore = type("SessionStore", (_NoAppSession, self.SessionStore), {})


class _NoAppSession(SessionBase):
    """Takes an app's session for one that is gone, as late as any session is looked at."""

    def load(self) -> dict[str, Any]:
        held = super().load()
        if held.get(OF_AN_APP):
            self._session_key = None
            return {}
        return held


def is_of_an_app(session: SessionBase) -> bool:
    return bool(session.get(OF_AN_APP))
