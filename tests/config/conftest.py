"""A Redis to break, and the site standing on it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from config import breaker
from tests.config.redis_server import PROGRAM, RedisServer


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    if not PROGRAM:
        reason = "The tests of a failing Redis start one of their own: install redis-server."
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") else pytest.skip)(reason)
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site_redis(
    redis_server: RedisServer, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> RedisServer:
    """Put the caches and the sessions on that Redis, and let the breaker rest only shortly."""
    monkeypatch.setattr(breaker, "REST", 0.2)
    at = {"LOCATION": redis_server.url}
    settings.CACHES = {
        "default": {"BACKEND": "config.cache.FailOpenRedisCache", **at},
        "sessions": {"BACKEND": "config.cache.SessionCache", **at},
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    settings.SESSION_CACHE_ALIAS = "sessions"
    return redis_server
