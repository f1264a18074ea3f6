"""Asking the API as a site's server, as a reader with a token, and as a browser."""

import uuid
from dataclasses import dataclass
from typing import Any, Self

from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from paywall import clock
from paywall.sites import keys, readers
from paywall.sites.models import ApiSite, Scope
from tests.accounts.doing import PASSWORD
from tests.gate.visiting import sign_in
from tests.making import make_section

ORIGIN = "https://other.example"
FACTS = {
    "access": "metered",
    "section": "news",
    "title": "A story",
    "address": f"{ORIGIN}/a-story",
}


def make_site(name: str = "Other", origin: str = ORIGIN) -> ApiSite:
    make_section("news")
    return ApiSite.objects.create(name=name, origin=origin)


@dataclass
class Caller:
    """Somebody who asks, with the headers that say who."""

    headers: dict[str, str]
    client: Client

    @classmethod
    def reading(cls, reader: Reader) -> Self:
        """Return a reader with a token of their own, as an app has one."""
        token = sign_in(reader).cookies["session"].value
        return cls({"X-Session-Token": token}, Client())

    @classmethod
    def stranger(cls) -> Self:
        return cls({}, Client())

    def ask(
        self, method: str, path: str, body: Any = None, query: Any = None, **headers: str
    ) -> Any:
        """Ask; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"data": body, "content_type": "application/json"} if body is not None else {}
        asking = getattr(self.client, method.lower())
        return asking(
            f"/api/v1/{path}",
            headers={**self.headers, **named},
            query_params=query,
            **sent,
        )

    def look(self, key: str = "a-story", query: Any = None, **headers: str) -> Any:
        return self.ask("GET", f"stories/{key}/access/", query=query, **headers)

    def open(self, key: str = "a-story", body: Any = None, **headers: str) -> Any:
        return self.ask("POST", f"stories/{key}/access/", body or {}, **headers)


@dataclass
class Server(Caller):
    """A site's server."""

    site: ApiSite

    @classmethod
    def of(cls, site: ApiSite, *scopes: Scope, **options: Any) -> Self:
        chosen = scopes or tuple(Scope)
        _, shown = keys.issue(site, "tests", chosen, now=clock.now(), **options)
        return cls({"Authorization": f"Bearer {shown}"}, Client(), site)

    def introduce(self, reader: Reader) -> str:
        """Make a reader one of the site's; return the public id."""
        readers.introduce(self.site, reader, now=clock.now())
        return str(reader.public_id)

    def look_for(self, reader: Reader | str, key: str = "a-story", **facts: str) -> Any:
        return self.look(key, {"reader": _id(reader), **FACTS, **facts})

    def open_for(self, reader: Reader | str, key: str = "a-story", **headers: str) -> Any:
        return self.open(key, {"reader": _id(reader), "story": FACTS}, **headers)

    def register(self, key: str = "a-story", **facts: str) -> Any:
        return self.ask("PUT", f"stories/{key}/", {**FACTS, **facts})


def just_proved(reader: Reader) -> Client:
    """Return a browser on the paper's own site whose reader typed the password again."""
    browser = sign_in(reader)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def _id(reader: Reader | str) -> str:
    return reader if isinstance(reader, str) else str(reader.public_id)


def some_id() -> str:
    return str(uuid.uuid4())
