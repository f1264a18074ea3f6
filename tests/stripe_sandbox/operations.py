"""What a method of the SDK's services sends and returns, read from the method itself."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import ListObject

from tests.stripe_sandbox.annotations import resolve

VERBS = ("get", "post", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of the API: its address, its parameters' TypedDict and its result's class."""

    name: str
    verb: str
    template: str
    pattern: re.Pattern[str]
    params: type | None
    result: type
    lists: bool


def operation(method: Callable[..., Any]) -> Operation:
    """Read an operation from a service's method, such as `SubscriptionService.create`."""
    texts = [constant for constant in method.__code__.co_consts if isinstance(constant, str)]
    verb = next(text for text in texts if text in VERBS)
    template = next(text for text in texts if text.startswith("/v1/"))
    annotations = method.__annotations__
    params = resolve(annotations["params"], method.__module__) if "params" in annotations else None
    returned = resolve(annotations["return"], method.__module__)
    lists = typing.get_origin(returned) is ListObject
    return Operation(
        name=method.__qualname__.replace("Service", ""),
        verb=verb,
        template=template,
        pattern=re.compile(re.sub(r"\{\w+\}", "([^/]+)", template)),
        params=_without_none(params),
        result=typing.get_args(returned)[0] if lists else returned,
        lists=lists,
    )


def _without_none(hint: Any) -> Any:
    return next((part for part in typing.get_args(hint) if part is not type(None)), hint)
