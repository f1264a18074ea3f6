"""How often somebody may ask in a minute. Without Redis it is counted by process."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import Reader
from paywall.sites.models import ApiKey

MINUTE = 60
ITS_OWN = 20  # a process gives a twentieth of a limit before it asks what the others gave
SHARE = 100  # and then takes a hundredth at a time, so that it seldom asks Redis
MOST_CALLERS = 5000


@dataclass(slots=True)
class Given:
    """What this process may still give somebody in a minute; `told`: Redis knows of its own."""

    minute: int
    left: int
    told: bool = False
    spent: bool = False


_given: dict[str, Given] = {}
_lock = threading.Lock()


class PerMinute(BaseThrottle):
    """Counts a key's requests against its own limit, and others' against the settings'."""

    def allow_request(self, request: Request, view: Any) -> bool:
        minute, self.left = this_minute()
        return may_ask(*_counted_by(request), minute)

    def wait(self) -> float:
        return self.left


def this_minute() -> tuple[int, int]:
    """Return the number of the minute, and the seconds that are left of it."""
    second = int(time.time())  # noqa: TID251  # real time, whatever the demonstration's clock
    return second // MINUTE, MINUTE - second % MINUTE


def may_ask(name: str, most: int, minute: int) -> bool:
    """Count a request of somebody's who has `most` a minute; tell whether it is one of them.

    Whoever asks now and then, as readers do, costs no question to Redis. Each process after the
    first may so give a twentieth on top of the limit.
    """
    own, size = most // ITS_OWN, max(most // SHARE, 1)
    with _lock:
        given = _given.get(name)
        if given is None or given.minute != minute:
            if len(_given) >= MOST_CALLERS:
                _given.clear()
            given = _given[name] = Given(minute, left=own)
        if given.left or given.spent:
            given.left -= not given.spent
            return not given.spent
        taking = size if given.told else size + own
        given.told = True
    left = most + size - _take(f"api:{name}:{minute}", taking)
    with _lock:
        given.spent = left < 1
        given.left += max(min(size, left) - 1, 0)
    return not given.spent


def network_of(request: Request) -> str:
    """Return the address that somebody asks from."""
    return str(get_adapter().get_client_ip(request._request))


def forget() -> None:
    """Forget what this process has given."""
    _given.clear()


def _take(key: str, size: int) -> int:
    """Take so many of a minute's requests; return how many everybody has taken."""
    try:
        return int(cache.incr(key, size))
    except ValueError:
        cache.add(key, 0, 2 * MINUTE)
        return int(cache.incr(key, size))


def _counted_by(request: Request) -> tuple[str, int]:
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}", request.auth.per_minute
    if isinstance(request.user, Reader):
        return f"reader:{request.user.public_id}", settings.API_READER_PER_MINUTE
    return f"network:{network_of(request)}", settings.API_STRANGER_PER_MINUTE
