"""Telling endpoints what happened: signed as Stripe signs, tried again when they fail.

https://docs.stripe.com/webhooks (signatures, retries, "we do not guarantee delivery in order").
The signature's time is real time, as a receiver compares it with its own clock.
"""

from __future__ import annotations

import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPException

from tests.stripe_sandbox.errors import Json

MAX_ATTEMPTS = 8
FIRST_RETRY_AFTER = 2.0

Receiver = Callable[[bytes, dict[str, str]], int]
"""What a delivery is handed to: body and headers in, the HTTP status out."""


@dataclass(frozen=True)
class Endpoint:
    """Where events are told, and the secrets they are signed with (more than one: rotation)."""

    receive: Receiver
    secrets: tuple[str, ...]
    kinds: frozenset[str] = frozenset({"*"})

    def wants(self, kind: str) -> bool:
        """Say whether the endpoint is told of such events."""
        return bool(self.kinds & {"*", kind})


@dataclass
class Delivery:
    """One event on its way to one endpoint; the body is the event as it was when it happened."""

    event: Json
    body: bytes
    endpoint: Endpoint
    attempts: int = 0
    not_before: float = 0.0
    status: int | None = None


@dataclass
class Webhooks:
    """The endpoints, what is still to be told, and the mischief ordered.

    drop: loses the next so many deliveries, or all that a function picks · repeat: tells each so
    many times more · shuffle: gives a random order · held: tells nothing until released.
    """

    endpoints: list[Endpoint] = field(default_factory=list)
    pending: list[Delivery] = field(default_factory=list)
    dropped: list[Json] = field(default_factory=list)
    failed: list[Delivery] = field(default_factory=list)
    drop: int | Callable[[Json], bool] = 0
    repeat: int = 0
    delay: float = 0.0
    shuffle: random.Random | None = None
    held: bool = False
    _not_yet: bool = False
    _succeeded: set[tuple[str, int]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _woken: threading.Event = field(default_factory=threading.Event)

    def to_function(self, receive: Receiver, *secrets: str, kinds: Iterable[str] = ("*",)) -> None:
        """Tell events to a function in this process."""
        self.endpoints.append(Endpoint(receive, secrets, frozenset(kinds)))

    def to_address(self, url: str, *secrets: str, kinds: Iterable[str] = ("*",)) -> None:
        """Tell events to an address, by HTTP."""
        self.to_function(lambda body, headers: _post(url, body, headers), *secrets, kinds=kinds)

    def interested(self, kind: str) -> int:
        """Return how many endpoints are told of such events."""
        return sum(endpoint.wants(kind) for endpoint in self.endpoints)

    def queue(self, event: Json) -> None:
        """Put an event on its way to every endpoint that wants it, subject to the mischief."""
        if not event["pending_webhooks"]:
            return
        # Spaced as nobody would: who reads and writes it again breaks the signature.
        body = json.dumps(event, separators=(",\n  ", ": ")).encode()
        with self._lock:
            for endpoint in self.endpoints:
                if not endpoint.wants(event["type"]):
                    continue
                if self._drops(event):
                    self.dropped.append(event)
                    continue
                due = time.monotonic() + self.delay if self.delay else 0.0
                copies = [Delivery(event, body, endpoint) for _ in range(1 + self.repeat)]
                for copy in copies:
                    copy.not_before = due
                self.pending.extend(copies)
        self._woken.set()

    def _drops(self, event: Json) -> bool:
        if callable(self.drop):
            return self.drop(event)
        if self.drop > 0:
            self.drop -= 1
            return True
        return False

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Tell nothing meanwhile, and so many seconds longer."""
        self._not_yet = True
        try:
            yield
        finally:
            with self._lock:
                due = time.monotonic() + seconds
                for each in self.pending:
                    each.not_before = max(each.not_before, due)
                self._not_yet = False

    def deliver(self, *, at_once: bool = True) -> list[Delivery]:
        """Tell what is pending, and what that causes, until nothing is left; return what was told.

        at_once: behave as if the moments of retries and of ordered delays had come.
        """
        told: list[Delivery] = []
        while batch := self._take(ignore_times=at_once):
            for delivery in batch:
                self._tell(delivery)
                told.append(delivery)
        return told

    def _take(self, *, ignore_times: bool) -> list[Delivery]:
        with self._lock:
            if self.held or self._not_yet:
                return []
            now = time.monotonic()
            batch = [each for each in self.pending if ignore_times or each.not_before <= now]
            self.pending = [each for each in self.pending if each not in batch]
            if self.shuffle:
                self.shuffle.shuffle(batch)
            return batch

    def _tell(self, delivery: Delivery) -> None:
        body = delivery.body
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, delivery.endpoint.secrets, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        delivery.attempts += 1
        try:
            delivery.status = delivery.endpoint.receive(body, headers)
        except (OSError, HTTPException):
            delivery.status = None
        with self._lock:
            if delivery.status is not None and 200 <= delivery.status < 300:
                self._note_success(delivery)
            elif delivery.attempts < MAX_ATTEMPTS:
                wait = FIRST_RETRY_AFTER * 4 ** (delivery.attempts - 1)
                delivery.not_before = time.monotonic() + wait
                self.pending.append(delivery)
            else:
                self.failed.append(delivery)

    def _note_success(self, delivery: Delivery) -> None:
        """Count the event as told to one endpoint more, however often it is told there."""
        mark = (delivery.event["id"], self.endpoints.index(delivery.endpoint))
        if mark not in self._succeeded:
            self._succeeded.add(mark)
            delivery.event["pending_webhooks"] -= 1

    def keep_delivering(self) -> threading.Thread:
        """Tell events as they happen, from a thread of their own, while the process runs."""

        def run() -> None:
            while True:
                self._woken.wait(timeout=0.5)
                self._woken.clear()
                self.deliver(at_once=False)

        thread = threading.Thread(target=run, name="stripe-sandbox-webhooks", daemon=True)
        thread.start()
        return thread


def signature(body: bytes, secrets: Iterable[str], at: int) -> str:
    """Return a body's Stripe-Signature (https://docs.stripe.com/webhooks#verify-manually)."""
    signed = f"{at}.".encode() + body
    digests = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
