"""How often somebody may ask in a minute. Without Redis it is counted by process."""

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


class PerMinute(BaseThrottle):
    """Counts a key's requests against its own limit, and others' against the settings'."""

    def allow_request(self, request: Request, view: Any) -> bool:
        name, most = _counted_by(request)
        second = int(time.time())  # noqa: TID251  # real time, whatever the demonstration's clock
        self.left = MINUTE - second % MINUTE
        key = f"api:{name}:{second // MINUTE}"
        try:
            asked = cache.incr(key)
        except ValueError:
            cache.add(key, 0, 2 * MINUTE)
            asked = cache.incr(key)
        return int(asked) <= most

    def wait(self) -> float:
        return self.left


def _counted_by(request: Request) -> tuple[str, int]:
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}", request.auth.per_minute
    if isinstance(request.user, Reader):
        return f"reader:{request.user.public_id}", settings.API_READER_PER_MINUTE
    address = get_adapter().get_client_ip(request._request)
    return f"network:{address}", settings.API_STRANGER_PER_MINUTE
