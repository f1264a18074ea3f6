"""What many objects have in common: metadata, and moments to filter by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.stripe_sandbox.errors import Json

COMPARISONS = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def merged(metadata: Json, sent: Any) -> Json:
    """Return metadata after an update: an empty value unsets a key, an empty string all of them.

    https://docs.stripe.com/api/metadata
    """
    if sent == "":
        return {}
    together = {**metadata, **(sent or {})}
    return {name: value for name, value in together.items() if value != ""}


def unset_empty(sent: Json, *names: str) -> Json:
    """Return the named parameters that were sent, an empty string standing for none."""
    return {name: sent[name] if sent[name] != "" else None for name in names if name in sent}


def created_within(objects: Iterable[Json], limits: Any) -> Iterator[Json]:
    """Keep the objects created at a moment, or within limits such as `{"gte": 1700000000}`."""
    if isinstance(limits, int):
        limits = {"gte": limits, "lte": limits}
    for obj in objects:
        if all(COMPARISONS[name](obj["created"], value) for name, value in (limits or {}).items()):
            yield obj


def matching(objects: Iterable[Json], params: Json, *names: str) -> Iterator[Json]:
    """Keep the objects whose named fields are as the parameters ask, and created when they ask."""
    asked = {name: params[name] for name in names if name in params}
    for obj in created_within(objects, params.get("created")):
        if all(obj.get(name) == value for name, value in asked.items()):
            yield obj
