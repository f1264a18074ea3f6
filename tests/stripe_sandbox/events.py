"""The events of the last thirty days (https://docs.stripe.com/api/events)."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch

from stripe._event_service import EventService

from tests.stripe_sandbox.clock import DAY
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.serving import Call, serves

KEPT_FOR = 30 * DAY


@serves(EventService.retrieve)
def retrieve_event(sandbox: Sandbox, call: Call) -> Json:
    """Return an event."""
    return sandbox.store.get("event", call.id)


@serves(EventService.list, "created delivery_success type types")
def list_events(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the events, the newest first; a type may end in an asterisk."""
    params = call.params
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.", "types")
    delivered = params.get("delivery_success")
    wanted = params.get("types") or [params.get("type", "*")]
    for event in matching(sandbox.store.all("event"), params):
        if event["created"] <= sandbox.now - KEPT_FOR:
            return
        if delivered not in (None, event["pending_webhooks"] == 0):
            continue
        if any(fnmatch(event["type"], pattern) for pattern in wanted):
            yield event
