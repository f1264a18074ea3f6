"""The image's files, and the environment of its services on the real PostgreSQL and Redis."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.config.redis_server import free_port
from tests.deployment import compose
from tests.deployment.image import lay_out


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that has the files of the image's /srv/paywall."""
    folder = tmp_path_factory.mktemp("image")
    lay_out(folder)
    return folder


@dataclass(frozen=True)
class Site:
    """Where the services run, what they see, and what the file says of them."""

    folder: Path
    environment: dict[str, str]
    services: dict[str, Any]
    port: int


@pytest.fixture(scope="module")
def site(image: Path) -> Iterator[Site]:
    """Fill the file in, but for the names of PostgreSQL and Redis: the real ones are elsewhere."""
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not (database_url and redis_url):
        reason = "The services run on PostgreSQL and Redis: name them in DATABASE_URL, REDIS_URL."
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") else pytest.skip)(reason)
    port, name = free_port(), f"paywall_services_{os.getpid()}"
    services = compose.load(compose.sample_environment() | {"PORT": str(port)})
    server = database_url.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
        yield Site(
            folder=image,
            environment={
                **services["web"]["environment"],
                "DATABASE_URL": f"{server}/{name}",
                "REDIS_URL": redis_url,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            services=services,
            port=port,
        )
        connection.execute(f'drop database "{name}" with (force)')
