"""Form encoding with brackets, as Stripe's API takes it: `items[0][price]=...`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_sandbox.errors import invalid


def decode(encoded: str) -> dict[str, Any]:
    """Return the nested mapping that a form or a query stands for; lists become numbered keys."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        place, key = result, first
        for step in rest:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise invalid(f"Invalid object: {name}", param=name)
            key = step or str(len(place))
        place[key] = value
    return result
