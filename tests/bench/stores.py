"""Scratch databases to measure on: made for one run, and dropped after it."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from tests.bench.telling import SECRET

LOCAL_POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
LOCAL_REDIS = "redis://127.0.0.1:6379/0"
CLAIM = "paywall-bench"  # the key that says whose a Redis database is
SITE, BARE = "site", "bare"


@dataclass(frozen=True, slots=True)
class Store:
    """Where one run keeps its rows: apart for the newspaper (SITE) and the bare page (BARE)."""

    name: str
    workers: int
    databases: dict[str, str]
    redis: str
    count: Callable[[str], int]

    def environment(self, whose: str, folder: Path) -> dict[str, str]:
        """Return the environment of one of the two applications, and nothing of our own."""
        environment = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": self.databases[whose],
            "SECRET_KEY": "only-for-measuring-" + "0" * 40,
            "ALLOWED_HOSTS": "127.0.0.1",
            "STRIPE_SECRET_KEY": "sk_test_only-for-measuring",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "WARNING",
            "API_READER_PER_MINUTE": "1000000",
            "BENCH_FOLDER": str(folder),
        }
        if whose == SITE:
            environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        return environment | ({"REDIS_URL": self.redis} if self.redis else {})


def named_services() -> tuple[str, str] | None:
    """Return DATABASE_URL and REDIS_URL where they name PostgreSQL and Redis."""
    database, cache = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    return (database, cache) if database.startswith("postgres") and cache else None


def services() -> tuple[str, str] | None:
    """Return the named services, or this machine's own servers where those answer."""
    if named := named_services():
        return named
    try:
        with psycopg.connect(LOCAL_POSTGRESQL, connect_timeout=1):
            redis.Redis.from_url(LOCAL_REDIS, socket_connect_timeout=1).ping()
    except (psycopg.Error, redis.RedisError):
        return None
    return LOCAL_POSTGRESQL, LOCAL_REDIS


@contextmanager
def sqlite(folder: Path) -> Iterator[Store]:
    """Give SQLite files in a folder; one process, as the demonstration runs."""
    site, bare = folder / "site.sqlite3", folder / "bare.sqlite3"

    def count(table: str) -> int:
        with closing(sqlite3.connect(site)) as connection:
            rows = connection.execute(f"SELECT count(*) FROM {table}")
            return int(rows.fetchone()[0])

    yield Store(
        name=f"SQLite {sqlite3.sqlite_version}, 1 worker process",
        workers=1,
        databases={SITE: f"sqlite:///{site}", BARE: f"sqlite:///{bare}"},
        redis="",
        count=count,
    )


@contextmanager
def postgresql(database_url: str, redis_url: str) -> Iterator[Store]:
    """Give two new databases on that server and an unused one of that Redis; two processes.

    The role needs the right to create databases. Raises psycopg.Error or redis.RedisError where
    a server does not answer, RuntimeError where Redis has no database to spare.
    """
    names = {whose: f"paywall_bench_{whose}_{os.getpid()}" for whose in (SITE, BARE)}
    databases = {whose: _with_path(database_url, name) for whose, name in names.items()}

    def count(table: str) -> int:
        counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        with psycopg.connect(databases[SITE]) as connection:
            row = connection.execute(counting).fetchone()
            return int(row[0]) if row else 0

    with (
        psycopg.connect(database_url, autocommit=True, connect_timeout=3) as server,
        _empty_redis(redis_url) as (scratch_redis, redis_version),
    ):
        try:
            for name in names.values():
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            version = str(server.info.parameter_status("server_version")).split()[0]
            yield Store(
                name=f"PostgreSQL {version} and Redis {redis_version}, 2 worker processes",
                workers=2,
                databases=databases,
                redis=scratch_redis,
                count=count,
            )
        finally:
            for name in names.values():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(name)))


@contextmanager
def _empty_redis(url: str) -> Iterator[tuple[str, str]]:
    """Claim the last empty database of a Redis server; give its address and the version."""
    for number in range(15, 0, -1):
        scratch = _with_path(url, str(number))
        with closing(redis.Redis.from_url(scratch, socket_timeout=3)) as client:
            try:
                if client.dbsize() or not client.set(CLAIM, os.getpid(), nx=True):
                    continue
            except redis.ResponseError:  # the server is configured with fewer databases
                continue
            try:
                yield scratch, client.info("server")["redis_version"]
            finally:
                client.flushdb()
            return
    raise RuntimeError("Redis has no empty database among 1 to 15 for the benchmark to use.")


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
