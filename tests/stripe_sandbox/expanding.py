"""Expanding ids into objects (https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid

Includes = Callable[[Sandbox, Json], Any]
_INCLUDED: dict[tuple[str, str], Includes] = {}


def included_on_demand(kind: str, field: str) -> Callable[[Includes], Includes]:
    """Register a field of an object that is left out unless it is expanded."""

    def register(function: Includes) -> Includes:
        _INCLUDED[kind, field] = function
        return function

    return register


def list_of(objects: list[Json], url: str) -> Json:
    """Return a list as it appears inside an object."""
    return {"object": "list", "data": objects, "has_more": False, "url": url}


def expand(sandbox: Sandbox, shown: Json, wanted: str) -> None:
    """Replace the ids that a path such as `latest_invoice.payments` leads to, in what is shown."""
    steps = wanted.split(".")
    if len(steps) > 4:
        raise invalid(f"You cannot expand more than 4 levels of a property: {wanted}", "expand")
    _walk(sandbox, shown, steps, wanted)


def _walk(sandbox: Sandbox, obj: Json, steps: list[str], wanted: str) -> None:
    if not steps:
        return
    name, rest = steps[0], steps[1:]
    include = _INCLUDED.get((obj.get("object", ""), name))
    if include is not None:
        obj.setdefault(name, deepcopy(include(sandbox, obj)))
    if name not in obj:
        raise invalid(f"This property cannot be expanded ({wanted}).", "expand")
    obj[name] = _expanded(sandbox, obj[name], wanted)
    for inner in obj[name] if isinstance(obj[name], list) else [obj[name]]:
        if isinstance(inner, dict):
            _walk(sandbox, inner, rest, wanted)


def _expanded(sandbox: Sandbox, value: Any, wanted: str) -> Any:
    if isinstance(value, list):
        return [_expanded(sandbox, each, wanted) for each in value]
    if value is None or isinstance(value, dict):
        return value
    found = sandbox.store.find(value)
    if found is None:
        raise invalid(f"This property cannot be expanded ({wanted}).", "expand")
    return deepcopy(found)
