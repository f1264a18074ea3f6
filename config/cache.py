"""A Redis cache that fails open: without Redis every answer is "not here", within 100 ms.

Django's own backend raises when Redis is stopped, and waits for ever when it hangs. Nothing in
this project has its only truth in the cache, so a failure is a miss, and a breaker spares the
next requests the wait.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 0.1  # seconds, for connecting and for each answer
REST_AFTER_FAILURE = 2.0  # seconds in which Redis is not asked again
REMEMBERED_FOR = 300  # seconds; bounds how long what was revoked while Redis was away is believed

# Every operation of the backend that talks to Redis, and what a miss of it looks like.
MISSES: dict[str, Any] = {
    "add": False,
    "get": None,
    "set": None,
    "touch": False,
    "delete": False,
    "get_many": {},
    "has_key": False,
    "incr": 1,
    "set_many": [],
    "delete_many": None,
    "clear": False,
}


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, whose failures read as misses."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": ANSWER_WITHIN,
            "socket_connect_timeout": ANSWER_WITHIN,
            "retry": Retry(NoBackoff(), 0),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})
        self._rests_until = 0.0

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int | None:
        seconds = super().get_backend_timeout(timeout)
        return REMEMBERED_FOR if seconds is None else min(int(seconds), REMEMBERED_FOR)

    def _ask(self, operation: Callable[..., Any], miss: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._rests_until:
            return miss
        try:
            return operation(*args, **kwargs)
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_AFTER_FAILURE
            logger.warning(
                "Redis did not answer (%s): going on without the cache for %s s",
                type(error).__name__,
                REST_AFTER_FAILURE,
            )
            return miss

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(super().get, default, key, default, version)


def _fail_open(name: str, miss: Any) -> Callable[..., Any]:
    operation = getattr(RedisCache, name)

    def ask(self: FailOpenRedisCache, *args: Any, **kwargs: Any) -> Any:
        return self._ask(operation, miss, self, *args, **kwargs)

    ask.__name__ = name
    return ask


for _name, _miss in MISSES.items():
    if _name not in vars(FailOpenRedisCache):
        setattr(FailOpenRedisCache, _name, _fail_open(_name, _miss))
