"""From a request of the SDK to an answer: who asks, what is asked, doing it, and showing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from stripe import api_version

from tests.stripe_sandbox.checking import Mismatch, check_object, check_request
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, StripeFailure, copied, invalid
from tests.stripe_sandbox.expanding import expand
from tests.stripe_sandbox.forms import decode
from tests.stripe_sandbox.idempotency import Answer
from tests.stripe_sandbox.operations import Operation, operation

PAGING = frozenset({"limit", "starting_after", "ending_before"})


@dataclass(frozen=True)
class Call:
    """A request understood: its parameters in their types, and the ids in its address."""

    params: Json
    ids: tuple[str, ...]

    @property
    def id(self) -> str:
        """The (first) id in the address."""
        return self.ids[0]


Handler = Callable[[Sandbox, Call], Any]


@dataclass(frozen=True)
class Service:
    """An operation, what answers it, and the parameters that the answer takes into account."""

    operation: Operation
    handler: Handler
    knows: frozenset[str]


_SERVICES: list[Service] = []


def serves(method: Callable[..., Any], knows: str = "") -> Callable[[Handler], Handler]:
    """Register what answers one of the SDK's methods, and the parameters it understands.

    Parameters that exist at Stripe but are not understood here are refused: none is ignored.
    """

    def register(handler: Handler) -> Handler:
        known = frozenset(knows.split()) | {"expand"}
        _SERVICES.append(Service(operation(method), handler, known))
        return handler

    return register


@dataclass(frozen=True)
class Request:
    """A request as it travels; header names are in lower case, `encoded` is its query or body."""

    method: str
    path: str
    encoded: str
    headers: dict[str, str]


def answer(sandbox: Sandbox, request: Request) -> Answer:
    """Answer a request of the API. Raises ConnectionLost where no answer is to arrive."""
    sandbox.catch_up()
    with sandbox.lock:
        request_id = sandbox.store.new_id("request")
    try:
        _authenticate(request)
        return _replayed(sandbox, request, request_id)
    except StripeFailure as failure:
        return _refusal(failure, request_id)


def _authenticate(request: Request) -> None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key.startswith(("sk_live_", "rk_live_")):
        message = "This is the sandbox: it takes no live key. Use a key that starts with sk_test_."
        raise StripeFailure(message, status=401)
    if not key.startswith(("sk_test_", "rk_test_")):
        raise StripeFailure(f"Invalid API Key provided: {key[:8]}****", status=401)


def _replayed(sandbox: Sandbox, request: Request, request_id: str) -> Answer:
    key = request.headers.get("idempotency-key", "")
    if request.method != "post" or not key:
        with sandbox.faults.around(request.method, request.path):
            return _perform(sandbox, request, request_id, None)
    asked = (request.method, request.path, request.encoded)
    before = sandbox.replays.begin(key, asked, sandbox.now)
    if before is not None:
        again = {"Idempotent-Replayed": "true", "Original-Request": before.request_id}
        return replace(before, headers=before.headers | again)
    given: Answer | None = None
    try:
        with sandbox.faults.around(request.method, request.path):
            given = _perform(sandbox, request, request_id, key)
        return given
    except StripeFailure as failure:
        if failure.kept:
            given = _refusal(failure, request_id)
        raise
    finally:
        if given is not None and given.keeps:
            sandbox.replays.finish(key, given)
        else:
            sandbox.replays.forget(key)


def _perform(sandbox: Sandbox, request: Request, request_id: str, key: str | None) -> Answer:
    try:
        service, ids = _find(request)
        params = _checked(sandbox, service, decode(request.encoded))
    except StripeFailure as failure:
        return replace(_refusal(failure, request_id), keeps=False)
    with sandbox.lock:
        sandbox.request = {"id": request_id, "idempotency_key": key}
        try:
            result = service.handler(sandbox, Call(params, ids))
            shown = _shown(sandbox, service, request.path, result, params)
        except StripeFailure as failure:
            return _refusal(failure, request_id)
        finally:
            sandbox.request = None
    return Answer(200, json.dumps(shown), request_id)


def _refusal(failure: StripeFailure, request_id: str) -> Answer:
    error = {**failure.error, "request_log_url": f"https://dashboard.stripe.com/{request_id}"}
    headers = {"Stripe-Should-Retry": "false"} if failure.kept else {}
    return Answer(failure.status, json.dumps({"error": error}), request_id, headers)


def _find(request: Request) -> tuple[Service, tuple[str, ...]]:
    for service in sorted(_SERVICES, key=lambda each: each.operation.template.count("{")):
        match = service.operation.pattern.fullmatch(request.path)
        if match and service.operation.verb == request.method:
            return service, match.groups()
    raise StripeFailure(
        f"Unrecognized request URL ({request.method.upper()}: {request.path}). "
        "The sandbox does not do this.",
        status=404,
    )


def _checked(sandbox: Sandbox, service: Service, sent: Json) -> Json:
    try:
        params = check_request(service.operation.params, sent) if service.operation.params else {}
    except Mismatch as mismatch:
        sandbox.mismatches.append(f"{service.operation.name}: {mismatch}")
        raise invalid(
            f"{mismatch.wrong}: {mismatch.where}", mismatch.where, mismatch.code
        ) from None
    known = service.knows | PAGING if service.operation.lists else service.knows
    unknown = sorted(set(params) - known)
    if unknown:
        message = f"The sandbox does not know what {unknown[0]} does in {service.operation.name}."
        sandbox.mismatches.append(message)
        raise invalid(message, unknown[0])
    return params


def _shown(sandbox: Sandbox, service: Service, path: str, result: Any, params: Json) -> Json:
    shown = _page(path, result, params) if service.operation.lists else copied(result)
    objects: Iterable[Json] = shown["data"] if service.operation.lists else [shown]
    for wanted in params.get("expand", []):
        expand(sandbox, shown, wanted)
    for obj in objects:
        try:
            check_object(service.operation.result, obj)
        except Mismatch as mismatch:
            name = service.operation.name
            raise AssertionError(f"{name} would return a wrong object: {mismatch}") from None
    return shown


def _page(path: str, found: Iterable[Json], params: Json) -> Json:
    """Return one page (https://docs.stripe.com/api/pagination), the newest first."""
    objects = list(found)
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(
            "Invalid integer: limit must be between 1 and 100", "limit", "parameter_invalid_integer"
        )
    ids = [obj["id"] for obj in objects]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in ids:
            raise invalid(f"No such object: '{params[name]}'", name, "resource_missing")
    if "starting_after" in params:
        objects = objects[ids.index(params["starting_after"]) + 1 :]
    if "ending_before" in params:
        objects = objects[: ids.index(params["ending_before"])]
        page, more = objects[-limit:], len(objects) > limit
    else:
        page, more = objects[:limit], len(objects) > limit
    return {
        "object": "list",
        "data": [copied(each) for each in page],
        "has_more": more,
        "url": path,
    }


def headers_of(given: Answer) -> dict[str, str]:
    """Return the headers that an answer travels with."""
    return {
        "Content-Type": "application/json",
        "Request-Id": given.request_id,
        "Stripe-Version": api_version,
        **given.headers,
    }
