"""Pages of the sandbox and their addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.stripe_sandbox.core import Sandbox


@dataclass(frozen=True)
class Visit:
    """A request for a page: the ids in its address, what was typed, and its query."""

    ids: tuple[str, ...]
    form: dict[str, str]
    query: dict[str, str]

    @property
    def id(self) -> str:
        """The (first) id in the address."""
        return self.ids[0]


@dataclass(frozen=True)
class Page:
    """What a browser is given."""

    body: str | bytes
    status: str = "200 OK"
    kind: str = "text/html; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)


View = Callable[[Sandbox, Visit], Page]
_VIEWS: list[tuple[str, re.Pattern[str], View]] = []


def at(method: str, pattern: str) -> Callable[[View], View]:
    """Register the page at an address."""

    def register(view: View) -> View:
        _VIEWS.append((method, re.compile(pattern), view))
        return view

    return register


def find(method: str, path: str) -> tuple[View, tuple[str, ...]] | None:
    """Return the page at an address, and the ids in it."""
    for wanted, pattern, view in _VIEWS:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            return view, match.groups()
    return None


def redirect(address: str) -> Page:
    """Send the browser elsewhere, by GET."""
    return Page("", status="303 See Other", headers=[("Location", address)])
