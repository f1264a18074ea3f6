"""A Redis database for every process of pytest-xdist: each test empties the one it uses.

Loaded before the settings are read. With REDIS_URL=redis://127.0.0.1:6379/10 the first process
uses the database 10, the second 11; PostgreSQL's are kept apart by pytest-django.
"""

import os
from urllib.parse import urlsplit

PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "")


def database_of(process: str, url: str) -> str:
    """Return the URL of the Redis database that a process such as "gw1" may empty."""
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + int(process.removeprefix("gw"))
    return parts._replace(path=f"/{number}").geturl()


if PROCESS and os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = database_of(PROCESS, os.environ["REDIS_URL"])
