"""One request to each address and its answer, for the schema; the tests make every one of them."""

from dataclasses import dataclass, field
from typing import Any

EXAMPLES: list["Example"] = []


@dataclass(frozen=True)
class Example:
    operation: str
    name: str
    method: str
    path: str
    status: int
    answer: dict[str, Any]
    body: dict[str, Any] | None = None
    key: bool = True  # a site's server asks; else a reader, by a token
    headers: dict[str, str] = field(default_factory=dict)
