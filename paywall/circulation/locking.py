"""One circulation file at a time: the lock goes with its process, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import DatabaseError, connection

_LONG_LOG = 8000  # pages of 4 KiB
_USUAL_LOG = 1000
_KEY = 0x6369726331  # of PostgreSQL's advisory locks: ours alone in this database


class BusyError(Exception):
    """Another file is being read or put in force."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock. Raises BusyError when another process or thread has it."""
    if connection.vendor == "postgresql":
        with _advisory_lock():
            yield
    else:
        with _file_lock(Path(f"{connection.settings_dict['NAME']}.importing")), _long_log():
            yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
        if not cursor.fetchone()[0]:
            raise BusyError("Another circulation file is being taken in: try again when it is.")
    try:
        yield
    finally:
        # Where the connection is gone, so is the lock; where a transaction failed, drop both.
        with suppress(DatabaseError), connection.cursor() as cursor:
            try:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_KEY])
            except DatabaseError:
                connection.close()


@contextmanager
def _long_log() -> Iterator[None]:
    """Have SQLite tidy its log less often."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_LONG_LOG}")
            yield
        finally:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_USUAL_LOG}")


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                "Another circulation file is being taken in: try again when it is."
            ) from None
        yield
