"""The SDK's generated annotations, resolved.

The classes refer to one another by name and import those names for type checkers alone, so a name
is looked up in the imports at the head of the module that uses it, when it is first needed.
"""

from __future__ import annotations

import ast
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import typing_extensions
from stripe._request_options import RequestOptions

REQUEST_OPTIONS = frozenset(RequestOptions.__annotations__)


class _TypingImports(Mapping[str, Any]):
    """The names that a module imports for type checkers only."""

    def __init__(self, module: str) -> None:
        source = Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")
        head = ast.parse(re.split(r"\n(?:class |@)", source)[0])
        self._origins = {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(head)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    def __getitem__(self, name: str) -> Any:
        module, original = self._origins[name]
        return getattr(import_module(module), original)

    def __iter__(self) -> Iterator[str]:
        return iter(self._origins)

    def __len__(self) -> int:
        return len(self._origins)


@cache
def namespace(module: str) -> Mapping[str, Any]:
    """Return the names a module of the SDK imports for type checkers only."""
    return _TypingImports(module)


@cache
def fields_of(cls: type) -> dict[str, Any]:
    """Return the resolved annotations of a resource class, or of a TypedDict of parameters.

    A TypedDict that can also carry the SDK's own options (api_key and the like) loses them: they
    never travel as parameters.
    """
    if typing_extensions.is_typeddict(cls):
        own = {n: hint for n, hint in cls.__annotations__.items() if n not in REQUEST_OPTIONS}
        return _resolved(own, cls.__module__)
    names = cast("dict[str, Any]", namespace(cls.__module__))
    hints = typing.get_type_hints(cls, localns=names)
    return {n: hint for n, hint in hints.items() if n != "OBJECT_NAME" and not n.startswith("_")}


def resolve(annotation: Any, module: str) -> Any:
    """Return what an annotation of one of the SDK's functions stands for."""
    return _resolved({"it": annotation}, module)["it"]


def _resolved(annotations: dict[str, Any], module: str) -> dict[str, Any]:
    holder = type("Holder", (), {"__annotations__": annotations, "__module__": module})
    names = cast("dict[str, Any]", namespace(module))
    return typing.get_type_hints(holder, localns=names, include_extras=True)
