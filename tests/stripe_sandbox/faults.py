"""Failures to order: the next requests that match fail in the way that is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

from tests.stripe_sandbox.errors import ConnectionLost, StripeFailure

Kind = Literal[
    "error", "broken", "unavailable", "busy", "refuse", "timeout", "slow", "answer_lost"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass
class Fault:
    """What goes wrong with the next requests of some method and path.

    error, unavailable: 500 or 503, nothing done, and the same key may try again ·
    broken: a 500 that is given again under its key for a day · busy: 429 · refuse: no connection ·
    timeout: no answer, nothing done · answer_lost: done, but the answer never arrives ·
    slow: answered after `seconds`.
    """

    kind: Kind
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float = 0.0

    def fits(self, method: str, path: str) -> bool:
        """Say whether a request is one that this is for."""
        right_method = not self.method or self.method.lower() == method.lower()
        return self.times > 0 and right_method and path.startswith(self.path)


class Faults:
    """The failures ordered and not yet used up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: Kind, **more: object) -> Fault:
        """Order a failure; see Fault for what can be said about it."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of failure: choose from {', '.join(KINDS)}.")
        fault = Fault(kind, **more)  # type: ignore[arg-type]  # dataclass checks the names
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults.clear()

    def _take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.fits(method, path):
                    fault.times -= 1
                    return fault
        return None

    @contextmanager
    def around(self, method: str, path: str) -> Iterator[None]:
        """Let a request meet its failure, before or after its work.

        Raises StripeFailure for an answer that says so, and ConnectionLost for none at all.
        """
        fault = self._take(method, path)
        if fault is None:
            yield
            return
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        elif fault.kind != "answer_lost":
            raise _failure(fault)
        yield
        if fault.kind == "answer_lost":
            raise ConnectionLost("answer_lost")


def _failure(fault: Fault) -> Exception:
    if fault.kind in ("refuse", "timeout"):
        time.sleep(fault.seconds)
        return ConnectionLost(fault.kind)
    if fault.kind == "busy":
        return StripeFailure(
            "Too many requests hit the API too quickly.", status=429, code="rate_limit"
        )
    status = 503 if fault.kind == "unavailable" else 500
    kept = fault.kind == "broken"
    return StripeFailure("An unknown error occurred", status=status, kind="api_error", kept=kept)
