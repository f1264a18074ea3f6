"""A Redis cache that fails open: without Redis nothing is remembered, and nobody waits for it.

Django's own backend raises when Redis is stopped, and waits for ever when it hangs. Nothing in
this project has its only truth in the cache, so a failure is a miss within 100 ms, and a breaker
spares the next requests the wait. What could not be written down is taken out of Redis before
anything in it is believed again: a session that ended while Redis was away stays ended.
"""

import logging
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.breaker import Breaker

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 0.1  # seconds, for connecting and for each answer
SESSION_BELIEVED_FOR = 300  # seconds; another process may have ended it while Redis was away

T = TypeVar("T")


@cache
def breaker_of(server: str) -> Breaker:
    """Return the one breaker of this process for a server: every thread has its own client."""
    return Breaker()


class FailOpenClient(RedisCacheClient):
    """Django's client, whose failures read as misses. Keys come with prefix and version."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        patience: dict[str, Any] = {
            "socket_timeout": ANSWER_WITHIN,
            "socket_connect_timeout": ANSWER_WITHIN,
            "retry": Retry(NoBackoff(), 0),
        }
        super().__init__(servers, **(patience | options))
        self._breaker = breaker_of(servers[0])
        self._made: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client made before: making one takes longer than Redis takes to answer."""
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]

    def _ask(self, question: Callable[[], T], miss: T, *, writes: Iterable[str] = ()) -> T:
        """Return Redis' answer, or the miss; what `writes` names is then owed to Redis."""
        if not self._breaker.lets_pass():
            self._breaker.owe(writes)
            return miss
        try:
            self._settle()
            answer = question()
        except (RedisError, OSError) as error:
            self._breaker.trip()
            self._breaker.owe(writes)
            logger.warning("Going on without Redis: %s", type(error).__name__)
            return miss
        self._breaker.close()
        return answer

    def _settle(self) -> None:
        """Take out of Redis what it remembers wrongly."""
        if owed := self._breaker.take_owed():
            try:
                super().delete_many(owed)
            except (RedisError, OSError):
                self._breaker.owe(owed)
                raise

    def get(self, key: Any, default: Any) -> Any:
        return self._ask(partial(super().get, key, default), default)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        return self._ask(partial(super().get_many, keys), {})

    def has_key(self, key: Any) -> bool:
        return self._ask(partial(super().has_key, key), False)

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Say that it was added: who takes a lock must not wait for one that nobody can give."""
        return self._ask(partial(super().add, key, value, timeout), True)

    def incr(self, key: Any, delta: int) -> int:
        return self._ask(partial(super().incr, key, delta), delta, writes=[key])

    def touch(self, key: Any, timeout: Any) -> bool:
        return self._ask(partial(super().touch, key, timeout), False)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._ask(partial(super().set, key, value, timeout), None, writes=[key])

    def set_many(self, data: Any, timeout: Any) -> None:
        self._ask(partial(super().set_many, data, timeout), None, writes=data)

    def delete(self, key: Any) -> bool:
        return self._ask(partial(super().delete, key), False, writes=[key])

    def delete_many(self, keys: Iterable[Any]) -> None:
        keys = list(keys)
        self._ask(partial(super().delete_many, keys), None, writes=keys)

    def clear(self) -> bool:
        return self._ask(partial(super().clear), False)


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache over a client whose failures read as misses."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FailOpenClient

    def validate_key(self, key: str) -> None:
        """Take any key: Redis does, and a session's comes from a visitor's cookie.

        Django warns of what memcached would not take, once for each key: in the log, where a
        cookie has no place, and Python remembers every such key for as long as the process runs.
        """


class SessionCache(FailOpenRedisCache):
    """Keeps what it remembers of a session so short that a revoked one is soon found out."""

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> float:
        seconds = super().get_backend_timeout(timeout)
        return SESSION_BELIEVED_FOR if seconds is None else min(seconds, SESSION_BELIEVED_FOR)
