"""Every service's command as docker-compose.yml has it, on the real PostgreSQL and Redis."""

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psycopg
import pytest

from tests.config.redis_server import wait_until
from tests.deployment.conftest import Site

pytestmark = pytest.mark.services


@contextmanager
def running(site: Site, name: str) -> Iterator[None]:
    """Run a service; it has to stop when it is told to, and to end well."""
    command = site.services[name]["command"]
    process = subprocess.Popen(
        command, cwd=site.folder, env=site.environment, start_new_session=True
    )
    try:
        yield
        process.terminate()
        assert process.wait(20) == 0
    finally:
        with suppress(ProcessLookupError):  # nothing of it is left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_healthy(site: Site, name: str) -> bool:
    kind, *words = site.services[name]["healthcheck"]["test"]
    command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    checked = subprocess.run(
        command, cwd=site.folder, env=site.environment, capture_output=True, check=False
    )
    return checked.returncode == 0


def page_of(site: Site, path: str) -> urllib.request.Request:
    """Return a request as the proxy in front passes it on."""
    headers = {"Host": "news.example.com", "X-Forwarded-Proto": "https"}
    return urllib.request.Request(f"http://127.0.0.1:{site.port}{path}", headers=headers)


def manage(site: Site, *words: str) -> None:
    subprocess.run(
        ["python", "manage.py", *words], cwd=site.folder, env=site.environment, check=True
    )


@pytest.fixture(scope="module")
def migrated(site: Site) -> Site:
    command = site.services["migrate"]["command"]
    subprocess.run(command, cwd=site.folder, env=site.environment, check=True)
    manage(site, "migrate", "--check")
    return site


def test_the_website_answers(migrated: Site) -> None:
    assert not is_healthy(migrated, "web")
    picture = migrated.folder / "var/media/pictures/quay.jpg"
    picture.parent.mkdir()
    picture.write_bytes(b"\xff\xd8")
    with running(migrated, "web"):
        wait_until(lambda: is_healthy(migrated, "web"), 30)
        with urllib.request.urlopen(page_of(migrated, "/media/pictures/quay.jpg")) as answer:
            assert answer.headers["Content-Type"] == "image/jpeg"
        with urllib.request.urlopen(page_of(migrated, "/")) as answer:
            html = answer.read().decode()
        sheet = html.split('<link rel="stylesheet" href="', 1)[1].split('"', 1)[0]
        with urllib.request.urlopen(page_of(migrated, sheet)) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


def test_a_restart_of_postgresql_costs_each_process_one_page_at_most(migrated: Site) -> None:
    def status(_number: int = 0) -> int:
        try:
            with urllib.request.urlopen(page_of(migrated, "/subscribe/")) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    processes = 2
    theirs = "pg_stat_activity where datname = current_database() and pid != pg_backend_pid()"
    with (
        running(migrated, "web"),
        ThreadPoolExecutor(16) as readers,
        psycopg.connect(migrated.environment["DATABASE_URL"], autocommit=True) as database,
    ):

        def has_many_connections() -> bool:
            assert set(readers.map(status, range(50))) == {200}
            return len(database.execute(f"select from {theirs}").fetchall()) > 2 * processes

        wait_until(lambda: is_healthy(migrated, "web"), 30)
        wait_until(has_many_connections)
        database.execute(f"select pg_terminate_backend(pid) from {theirs}")
        assert [status() for _ in range(60)].count(500) <= processes


def test_the_worker_does_a_task_that_came_through_the_broker(migrated: Site) -> None:
    def sessions() -> int:
        with psycopg.connect(migrated.environment["DATABASE_URL"]) as connection:
            row = connection.execute("select count(*) from django_session").fetchone()
            return int(row[0]) if row else 0

    with psycopg.connect(migrated.environment["DATABASE_URL"]) as connection:
        connection.execute("insert into django_session values ('over', '', now() - interval '1 h')")
    assert sessions() == 1
    sending = "from accounts.tasks import forget_expired_sessions as f; f.delay()"
    manage(migrated, "shell", "-v0", "-c", sending)
    assert not is_healthy(migrated, "worker")
    with running(migrated, "worker"):
        wait_until(lambda: sessions() == 0, 30)
        wait_until(lambda: is_healthy(migrated, "worker"), 30)


def test_the_scheduler_starts_and_ticks(migrated: Site) -> None:
    assert not is_healthy(migrated, "beat")
    with running(migrated, "beat"):
        wait_until(lambda: is_healthy(migrated, "beat"), 30)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_who_fell_silent_is_not_healthy(migrated: Site, name: str) -> None:
    alive = migrated.folder / f"var/run/{name}.alive"
    alive.touch()
    assert is_healthy(migrated, name)
    two_minutes_ago = alive.stat().st_mtime - 120
    os.utime(alive, (two_minutes_ago, two_minutes_ago))
    assert not is_healthy(migrated, name)
