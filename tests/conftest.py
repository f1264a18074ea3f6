"""What every test may ask for."""

import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.app.task import Task
from django.conf import LazySettings
from django.conf import settings as configured
from django.core.cache import cache

from articles import stories
from paywall.api import guessing, throttling
from paywall.catalog import lowest, sections
from paywall.gate import facts, publishing
from paywall.insights import counting
from paywall.metering import rules
from paywall.sites import keys
from paywall.sites import stories as registered
from tests.config import emptying
from tests.config.parallel import PROCESS

emptying.install()


def pytest_sessionstart() -> None:
    """Let the many threads of a race wait for connections, however busy the machine."""
    if pool := configured.DATABASES["default"].get("OPTIONS", {}).get("pool"):
        pool["timeout"] = 30


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported: a twelfth of all the time goes there."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _nothing_remembered(settings: LazySettings) -> Iterator[None]:
    """Begin every test with empty caches, hash passwords fast and look for no static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_USE_FINDERS = False  # every new client would look for all of them
    cache.clear()
    rules.forget()
    publishing.forget()
    stories.clear()
    facts.clear()
    sections.forget()
    lowest.forget()
    counting.tally.take()
    throttling.forget()
    guessing.forget()
    keys.forget()
    registered.forget()
    yield
    rules.forget()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite database with all tables, for processes of their own: copy it.

    It takes seconds to make, so that one process of pytest-xdist makes it for all of them.
    """
    folder = tmp_path_factory.getbasetemp()
    if PROCESS:
        folder = folder.parent
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "migrated.sqlite3"
        if not made.exists():
            half = folder / "half-migrated.sqlite3"
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"],
                cwd=Path(__file__).parent.parent,
                env={
                    "PATH": os.environ["PATH"],
                    "VAR_DIR": str(folder),
                    "DATABASE_URL": f"sqlite:///{half}",
                },
                check=True,
            )
            half.rename(made)
    return made


@pytest.fixture
def tasks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each task where it is sent, as without Redis."""

    def run(task: Task[..., Any], *args: Any, **options: Any) -> None:
        task.apply(args, options)

    monkeypatch.setattr(Task, "delay", run)
