"""A breaker: after a failure a server rests, and only one caller at a time finds out if it is back.

Shared by the threads of a process. Besides, it keeps the keys that could not be written: what the
server remembers of them is out of date, and has to go before the server is believed again.
"""

import time
from collections.abc import Iterable
from threading import Lock

REST = 2.0  # seconds in which a server that failed is not asked again
MOST_OWED = 10_000  # keys; what is forgotten beyond them ends with its own timeout


class Breaker:
    """Closed while the server answers, open while it rests."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rests_until: float | None = None
        self._owed: dict[str, None] = {}

    def lets_pass(self) -> bool:
        """Tell whether to ask the server: always, or after a rest as the one that tries."""
        if self._rests_until is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._rests_until is not None and now < self._rests_until:
                return False
            self._rests_until = now + REST
            return True

    def trip(self) -> None:
        """The server failed."""
        with self._lock:
            self._rests_until = time.monotonic() + REST

    def close(self) -> None:
        """The server answered, and nothing that it remembers is out of date."""
        if self._rests_until is not None:
            with self._lock:
                if not self._owed:
                    self._rests_until = None

    def owe(self, keys: Iterable[str]) -> None:
        """Note keys whose writing failed; beyond MOST_OWED the oldest are forgotten."""
        with self._lock:
            for key in keys:
                self._owed[key] = None
            while len(self._owed) > MOST_OWED:
                del self._owed[next(iter(self._owed))]

    def take_owed(self) -> list[str]:
        """Return the keys to take out of the server first; who fails to owes them again."""
        if not self._owed:
            return []
        with self._lock:
            owed, self._owed = list(self._owed), {}
            return owed
