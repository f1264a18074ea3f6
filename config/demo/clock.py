"""The demonstration's clock is the Stripe sandbox's: a jump there moves the newspaper with it.

The settings put it in place of real time only with DEBUG on and a sandbox's address. Sessions,
codes, caches and the signatures of webhooks stay on real time.
"""

import http.client
import json
import threading
import time
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

ASKED_EVERY = 0.2  # seconds; the sandbox tells of what a jump brought about only after 0.5
ASKED_AGAIN_AFTER = 1.0  # seconds, where it did not answer
ANSWERS_WITHIN = 0.2  # seconds


class SandboxClock:
    """How far the clock of the sandbox at an address is ahead of real time.

    One thread asks while the others go by the last answer. It stays while the sandbox is away.
    """

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._ahead: float | None = None
        self._ask_at = 0.0
        self._asking = threading.Lock()

    def now(self) -> datetime:
        """Return the sandbox's present moment, or real time until it has answered once."""
        if time.monotonic() >= self._ask_at and self._asking.acquire(blocking=self._ahead is None):
            try:
                if time.monotonic() >= self._ask_at:
                    self._ask()
            finally:
                self._asking.release()
        real = timezone.now()  # noqa: TID251, this is what the clock is made of
        return real + timedelta(seconds=self._ahead or 0)

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=ANSWERS_WITHIN)
        try:
            connection.request("GET", "/sandbox/clock")
            self._ahead = float(json.loads(connection.getresponse().read())["ahead"])
            pause = ASKED_EVERY
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            pause = ASKED_AGAIN_AFTER
        finally:
            connection.close()
        self._ask_at = time.monotonic() + pause


def now() -> datetime:
    """Return the present moment of the sandbox at STRIPE_API_BASE, aware, in UTC."""
    return _clock_at(settings.STRIPE_API_BASE).now()


@cache
def _clock_at(address: str) -> SandboxClock:
    return SandboxClock(address)
