"""Checks values against the SDK's annotations: a request's parameters, and an object returned.

A hint is turned once into a checker, a function `(value, where) -> value` that raises `Mismatch`.
Requests arrive as text and leave as the types they are annotated with; objects are JSON already
and are left as they are. An enum is annotated `Literal[...] | str`, which would let anything in:
the `str` is stripped, unless the literal is the lone empty string that unsets a field.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import typing_extensions
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

from tests.stripe_sandbox.annotations import fields_of

Checker = Callable[[Any, str], Any]
NONE = type(None)


class Mismatch(Exception):  # noqa: N818 -- the name says what was found
    """A value that its annotation does not allow: where, and what was wrong."""

    def __init__(self, where: str, wrong: str, code: str | None = None) -> None:
        super().__init__(f"{where}: {wrong}" if where else wrong)
        self.where, self.wrong, self.code = where, wrong, code


def check_request(params: type, sent: dict[str, Any]) -> dict[str, Any]:
    """Return a request's parameters in the types they are annotated with, or raise Mismatch."""
    checked: dict[str, Any] = checker(params, reading=False)(sent, "")
    return checked


def check_object(cls: type, value: Any) -> None:
    """Raise Mismatch unless the value is what the SDK says an object of this class is."""
    checker(cls, reading=True)(value, "")


@cache
def checker(hint: Any, *, reading: bool) -> Checker:
    """Return the checker of a hint: of objects we return (reading), or of what we are sent."""
    hint = _bare(hint)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        return _union(parts, reading)
    if origin is typing.Literal:
        return _enum(parts, reading)
    if origin is list:
        return _list(checker(parts[0], reading=reading), reading)
    if origin is ListObject:
        return _list_object(parts[0])
    if origin is dict or origin is UntypedStripeObject:
        return _mapping(parts[-1], reading)
    if typing_extensions.is_typeddict(hint):
        return _Fields(hint, reading)
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return _Fields(hint, reading)
    return _leaf(hint, reading)


def _bare(hint: Any) -> Any:
    while typing.get_origin(hint) in (typing.NotRequired, typing.Required):
        hint = typing.get_args(hint)[0]
    return hint


def _union(parts: Iterable[Any], reading: bool) -> Checker:
    literals = [part for part in parts if typing.get_origin(part) is typing.Literal]
    values = [value for literal in literals for value in typing.get_args(literal)]
    is_enum = any(value != "" for value in values)
    kept = [part for part in parts if not (part is str and is_enum) and part not in literals]
    optional = NONE in kept
    kept = [part for part in kept if part is not NONE]
    checkers = [checker(part, reading=reading) for part in sorted(kept, key=_strictness)]
    if values:
        checkers.insert(0, _enum(values, reading))

    def check(value: Any, where: str) -> Any:
        if value is None and optional:
            return None
        mismatches = []
        for attempt in _promising(checkers, value):
            try:
                return attempt(value, where)
            except Mismatch as mismatch:
                mismatches.append(mismatch)
        raise next((each for each in mismatches if each.code), mismatches[0])

    return check


def _strictness(part: Any) -> int:
    return {int: 0, float: 1, Decimal: 1, str: 3}.get(part, 2)


def _promising(checkers: list[Checker], value: Any) -> list[Checker]:
    """Keep, for an object, the checkers of its own kind, so that the mismatch told is its own."""
    if not isinstance(value, dict):
        return checkers
    classes = [each for each in checkers if isinstance(each, _Fields)]
    named: list[Checker] = [each for each in classes if each.object_name == value.get("object")]
    return named or [each for each in checkers if each not in classes[1:]]


def _enum(values: Iterable[Any], reading: bool) -> Checker:
    allowed = {value if reading else str(value): value for value in values}

    def check(value: Any, where: str) -> Any:
        if isinstance(value, dict | list) or value not in allowed:
            raise Mismatch(where, f"{value!r} is none of {', '.join(map(str, allowed))}")
        return allowed[value]

    return check


def _list(each: Checker, reading: bool) -> Checker:
    def check(value: Any, where: str) -> Any:
        if not reading and isinstance(value, dict) and all(key.isdigit() for key in value):
            value = [value[key] for key in sorted(value, key=int)]
        if not isinstance(value, list):
            raise Mismatch(where, f"{value!r} is no list")
        if reading:
            for index, item in enumerate(value):
                each(item, f"{where}[{index}]")
            return value
        return [each(item, f"{where}[{index}]") for index, item in enumerate(value)]

    return check


def _list_object(item: Any) -> Checker:
    check_data = _list(checker(item, reading=True), reading=True)

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
            raise Mismatch(where, "is no list object with data, has_more and url")
        if value["object"] != "list" or not isinstance(value["has_more"], bool):
            raise Mismatch(where, "is no list object")
        check_data(value["data"], f"{where}.data")
        return value

    return check


def _mapping(hint: Any, reading: bool) -> Checker:
    each, anything = checker(hint, reading=reading), hint is Any

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(where, f"{value!r} is no mapping")
        if anything:
            return value
        return {key: each(item, _inner(where, key)) for key, item in value.items()}

    return check


def _inner(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name


class _Fields:
    """Checks an object with named fields; its fields' checkers are made when first needed."""

    def __init__(self, cls: Any, reading: bool) -> None:
        self.cls, self.reading = cls, reading
        self.object_name = getattr(cls, "OBJECT_NAME", None)
        self._checkers: dict[str, Checker] | None = None
        self._required: frozenset[str] = frozenset()
        self._plain: dict[str, frozenset[type]] = {}

    def _prepare(self) -> dict[str, Checker]:
        hints = fields_of(self.cls)
        if self.reading:
            self._required = frozenset(n for n, hint in hints.items() if not _optional(hint))
            self._plain = {name: _right_by_type(hint) for name, hint in hints.items()}
        else:
            self._required = frozenset(self.cls.__required_keys__) & frozenset(hints)
        self._checkers = {name: checker(hint, reading=self.reading) for name, hint in hints.items()}
        return self._checkers

    def __call__(self, value: Any, where: str) -> Any:
        checkers = self._checkers or self._prepare()
        if not isinstance(value, dict):
            raise Mismatch(where, f"{value!r} is no object")
        if not value.keys() <= checkers.keys():
            unknown = min(value.keys() - checkers.keys())
            raise Mismatch(
                _inner(where, unknown), "Received unknown parameter", "parameter_unknown"
            )
        if not self._required <= value.keys() and not (self.reading and value.get("deleted")):
            missing = min(self._required - value.keys())
            raise Mismatch(_inner(where, missing), "Missing required param", "parameter_missing")
        if not self.reading:
            return {name: checkers[name](each, _inner(where, name)) for name, each in value.items()}
        for name, each in value.items():
            if type(each) not in self._plain[name]:
                checkers[name](each, _inner(where, name))
        return value


def _right_by_type(hint: Any) -> frozenset[type]:
    """Return the types of which every value is right, so that most fields need no checker."""
    hint = _bare(hint)
    parts = typing.get_args(hint) if typing.get_origin(hint) is typing.Union else (hint,)
    enum = any(typing.get_origin(part) is typing.Literal for part in parts)
    plain = (NONE, bool, int) if enum else (NONE, bool, int, str)
    return frozenset(part for part in parts if part in plain)


def _optional(hint: Any) -> bool:
    return NONE in typing.get_args(hint) and typing.get_origin(hint) is typing.Union


def _leaf(hint: Any, reading: bool) -> Checker:
    if hint is Any or hint is object:
        return lambda value, _where: value
    return _read_leaf(hint) if reading else _sent_leaf(hint)


def _read_leaf(hint: Any) -> Checker:
    allowed = _JSON[hint]

    def check(value: Any, where: str) -> Any:
        right = type(value) in allowed
        if hint is Decimal and right:
            right = re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
        if not right:
            raise Mismatch(where, f"{value!r} is no {hint.__name__}")
        return value

    return check


_JSON: dict[Any, tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    Decimal: (str,),
}


def _sent_leaf(hint: Any) -> Checker:
    def check(value: Any, where: str) -> Any:
        if not isinstance(value, str):
            raise Mismatch(where, f"{value!r} is no {hint.__name__}")
        try:
            return _FROM_TEXT[hint](value)
        except (KeyError, ValueError, InvalidOperation):
            code = "parameter_invalid_integer" if hint is int else None
            raise Mismatch(where, f"{value!r} is no {hint.__name__}", code) from None

    return check


_FROM_TEXT: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    Decimal: Decimal,
    bool: {"true": True, "false": False}.__getitem__,
}
