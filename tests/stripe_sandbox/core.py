"""The sandbox itself: one account's state, behind one lock."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from stripe import api_version
from stripe._object_classes import get_object_class

from tests.stripe_sandbox.checking import Mismatch, check_object
from tests.stripe_sandbox.clock import Clock
from tests.stripe_sandbox.errors import Json, copied
from tests.stripe_sandbox.faults import Faults
from tests.stripe_sandbox.idempotency import Replays
from tests.stripe_sandbox.store import Store
from tests.stripe_sandbox.webhooks import Webhooks

HEARD_AFTER = 0.5  # seconds
UNDATED = frozenset({"discount", "item", "line_item", "invoiceitem"})
WITHOUT_MODE = frozenset({"discount", "item", "refund", "subscription_item"})


class Sandbox:
    """Stripe, as far as a newspaper's subscriptions need it.

    start: the moment the clock stands at, moved by `advance` alone; without it, the clock runs.
    base_url: where the Checkout and portal pages are reached.
    retry_days: after how many days each, a failed renewal is tried again.
    when_retries_fail: what then becomes of the subscription: canceled, unpaid or past_due.
    shop_url: where a person on the page of controls finds the newspaper.
    late_by: how long after its order a payment that comes late succeeds, in seconds.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        base_url: str = "http://stripe.sandbox",
        seed: str = "sandbox",
        retry_days: tuple[int, ...] = (3, 5, 7),
        when_retries_fail: str = "canceled",
        late_by: int = 3 * 86_400,
        shop_url: str = "",
    ) -> None:
        self.lock = threading.RLock()
        self.clock = Clock(start)
        self.store = Store(seed)
        self.faults = Faults()
        self.replays = Replays()
        self.webhooks = Webhooks()
        self.base_url = base_url.rstrip("/")
        self.retry_days = retry_days
        self.when_retries_fail = when_retries_fail
        self.late_by = late_by
        self.shop_url = shop_url
        self.decline_next = 0
        self.request: Json | None = None
        self.mismatches: list[str] = []

    @property
    def now(self) -> int:
        """The present moment, in seconds since 1970."""
        return self.clock.now

    def advance(self, to: datetime | None = None, **by: float) -> None:
        """Move the clock to a moment, or on by days, hours and so on; what falls due happens.

        It is told of a little later, so that a listener who follows this clock is there by then.
        """
        with self.lock, self.webhooks.after(HEARD_AFTER):
            target = int(to.timestamp()) if to else self.now + int(timedelta(**by).total_seconds())
            self.clock.run_due(self, target)
            self.clock.set(max(target, self.now))

    def catch_up(self) -> None:
        """Let what fell due meanwhile happen; a running clock needs it before every look."""
        with self.lock:
            self.clock.run_due(self, self.now)

    def new(self, kind: str, **fields: Any) -> Json:
        """Make an object of a kind, with its id, and keep it; its caller emits the event."""
        own: Json = {"id": self.store.new_id(kind), "object": kind}
        if kind not in UNDATED:
            own["created"] = self.now
        if kind not in WITHOUT_MODE:
            own["livemode"] = False
        return self.store.add({**own, **fields})

    def change(self, obj: Json, event: str | None, /, **fields: Any) -> Json:
        """Change fields, and emit an event that says what they were, if any differs."""
        previous = {
            name: obj.get(name)
            for name, value in fields.items()
            if name not in obj or obj[name] != value
        }
        if previous:
            obj.update(fields)
            if event:
                self.emit(event, obj, previous)
        return obj

    def emit(self, kind: str, obj: Json, previous: Json | None = None) -> None:
        """Record that something happened to an object, and queue the webhooks that tell of it."""
        check_returned(obj)
        data = {"object": obj, **({"previous_attributes": previous} if previous else {})}
        event = self.new(
            "event",
            api_version=api_version,
            data=copied(data),
            pending_webhooks=self.webhooks.interested(kind),
            request=self.request or {"id": None, "idempotency_key": None},
            type=kind,
        )
        check_returned(event)
        self.webhooks.queue(event)


def check_returned(obj: Json) -> None:
    """Raise AssertionError unless an object is as the SDK's annotations say it is."""
    try:
        check_object(get_object_class("V1", obj["object"]), obj)
    except Mismatch as mismatch:
        raise AssertionError(f"The sandbox made a wrong {obj['object']}: {mismatch}") from None
