"""Whoever shows wrong keys or tokens is soon refused without anybody looking them up."""

import hashlib
import time

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from paywall.api import throttling
from paywall.memory import Memory

KNOWN_FOR = 3600  # seconds that what was right is looked up, whatever comes from its network

_right: Memory[bytes, bool] = Memory(most=20_000)  # hashes of keys and tokens
_closed: dict[str, int] = {}  # networks, and the minute in which too many wrong ones came


def refuse_guessers(request: Request, shown: str) -> None:
    """Raise Throttled where too many wrong ones came from the network in this minute.

    Not for what was right before: nobody is locked out by the guesses of a neighbour, unless
    this process sees them for the first time in just that minute.
    """
    if not _closed:
        return
    minute, left = throttling.this_minute()
    network = throttling.network_of(request)
    if _closed.get(network) != minute:
        _closed.pop(network, None)
    elif not _right.get(_hash(shown), seconds=KNOWN_FOR):
        raise Throttled(wait=left)


def note_right(shown: str) -> None:
    """Remember that this was right."""
    _right.set(_hash(shown), True, asked_at=time.monotonic())


def note_wrong(request: Request) -> None:
    """Count a wrong one, as a stranger's request."""
    minute, _ = throttling.this_minute()
    network = throttling.network_of(request)
    if not throttling.may_ask(f"wrong:{network}", settings.API_STRANGER_PER_MINUTE, minute):
        if len(_closed) >= throttling.MOST_CALLERS:
            _closed.clear()
        _closed[network] = minute


def forget() -> None:
    """Forget what was right, and who guessed."""
    _right.clear()
    _closed.clear()


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode(errors="surrogatepass")).digest()
