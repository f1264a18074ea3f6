"""The pool of connections after PostgreSQL was away."""

import sys
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection


def watch() -> None:
    """Listen to Django's word that a page failed."""
    got_request_exception.connect(drop_dead_connections, dispatch_uid="database-pool")


def drop_dead_connections(**_signal: Any) -> None:
    """Have the pool try its connections when a page failed for want of one.

    A restart of PostgreSQL then costs each process one page, not one for every connection; asking
    before each page would cost every page a round trip.
    """
    pool = getattr(connection, "pool", None)
    if pool and isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        pool.check()
