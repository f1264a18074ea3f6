"""How often somebody may ask in a minute. Without Redis it is counted by process."""

import threading
import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import Reader
from paywall.sites.models import ApiKey

MINUTE = 60
SHARE = 100  # a process takes a hundredth of a limit at a time, so that it seldom asks Redis
MOST_CALLERS = 5000

_left: dict[str, tuple[int, int]] = {}  # by who asks: the minute, and what was taken and not used
_lock = threading.Lock()


class PerMinute(BaseThrottle):
    """Counts a key's requests against its own limit, and others' against the settings'."""

    def allow_request(self, request: Request, view: Any) -> bool:
        name, most = _counted_by(request)
        second = int(time.time())  # noqa: TID251  # real time, whatever the demonstration's clock
        self.left = MINUTE - second % MINUTE
        return _may_ask(name, most, second // MINUTE)

    def wait(self) -> float:
        return self.left


def forget() -> None:
    """Forget what this process has taken."""
    _left.clear()


def _may_ask(name: str, most: int, minute: int) -> bool:
    with _lock:
        taken_in, left = _left.get(name, (minute, 0))
        if taken_in == minute and left:
            _left[name] = minute, left - 1
            return True
    size = max(most // SHARE, 1)
    given = min(size, most + size - _take(f"api:{name}:{minute}", size))
    if given < 1:
        return False
    with _lock:
        if len(_left) >= MOST_CALLERS:
            _left.clear()
        _left[name] = minute, given - 1
    return True


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
    address = get_adapter().get_client_ip(request._request)
    return f"network:{address}", settings.API_STRANGER_PER_MINUTE
