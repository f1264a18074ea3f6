"""Idempotency keys (https://docs.stripe.com/api/idempotent_requests).

The first answer under a key is kept for a day and given again, a refusal like a success, unless
the request was refused before any work began (unknown parameters, too many requests). Other
parameters are a 400, and a key whose first request is still being worked on is a 409.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from tests.stripe_sandbox.errors import StripeFailure

KEPT_FOR = 86_400


@dataclass(frozen=True)
class Answer:
    """An answer as it travels: its status, its body and the id of the request it answered.

    keeps: whether it is given again under the request's key. What was refused before any work
    began is not.
    """

    status: int
    body: str
    request_id: str
    headers: dict[str, str] = field(default_factory=dict)
    keeps: bool = True


@dataclass
class _Record:
    asked: tuple[str, ...]
    at: int
    answer: Answer | None = None


class Replays:
    """The keys seen, what was asked under each, and what was answered."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    def begin(self, key: str, asked: tuple[str, ...], now: int) -> Answer | None:
        """Return the answer given before under a key, or reserve the key for this request."""
        with self._lock:
            record = self._records.get(key)
            if record is None or now - record.at >= KEPT_FOR:
                self._records[key] = _Record(asked, now)
                return None
            if record.asked != asked:
                raise StripeFailure(
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                    kind="idempotency_error",
                )
            if record.answer is None:
                raise StripeFailure(
                    "There is currently another in-progress request using this idempotency key.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            return record.answer

    def finish(self, key: str, answer: Answer) -> None:
        """Keep the answer given under a key."""
        with self._lock:
            self._records[key].answer = answer

    def forget(self, key: str) -> None:
        """Free a key whose request never began to be worked on."""
        with self._lock:
            self._records.pop(key, None)
