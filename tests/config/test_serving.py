"""`make demo` and its one clear sentence where it cannot begin."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stripe import StripeClient

from paywall.payments import gateway
from tests.config.redis_server import free_port, wait_until

ROOT = Path(__file__).parents[2]
DAY = 86_400  # seconds


def serve(var_dir: Path, port: int | str, **more: str) -> subprocess.Popen[str]:
    """Start the demonstration in a process group of its own."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("_URL") and not name.startswith("STRIPE_")
    }
    environment |= {"DEBUG": "1", "VAR_DIR": str(var_dir), "SITE_URL": f"http://127.0.0.1:{port}"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    environment |= more
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve_demo", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return str(answer.read().decode(errors="replace"))


def answers(port: int) -> bool:
    try:
        return bool(page(port, "/health/ready"))
    except OSError:
        return False


def with_descendants(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in table.stdout.splitlines()]
    found = [pid]
    for parent in found:
        found += [int(child) for child, its_parent in rows if int(its_parent) == parent]
    return found


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def press_ctrl_c(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the whole group in front


def test_the_demonstration_is_served_again_and_again(tmp_path: Path, migrated: Path) -> None:
    """From nothing the first time. It leaves no process behind; the sandbox keeps what it knew."""
    assert "9 changes published to Stripe" in _served(tmp_path, press_ctrl_c)
    assert "0 changes published to Stripe" in _served(tmp_path, subprocess.Popen.terminate)
    _a_database_and_a_sandbox_that_do_not_know_each_other_are_noticed(tmp_path, migrated)


def _served(var_dir: Path, stop: Callable[[subprocess.Popen[str]], None]) -> str:
    """Serve it, look at it and stop it; return what it said."""
    port = free_port()
    process = serve(var_dir, port)
    family: list[int] = []
    try:
        wait_until(lambda: answers(port), 90)
        front = page(port, "/")
        assert "The Brackwater Gazette" in front
        assert page(port, "/static/css/base.css")
        picture = front.split('src="/media/', 1)[1].split('"', 1)[0]
        assert page(port, f"/media/{picture}")
        wait_until(lambda: any(var_dir.glob("run/beat.alive")), 30)
        family = with_descendants(process.pid)
        assert len(family) >= 5  # itself, the sandbox, the server, its worker, the scheduler
        _the_sandbox_stands_in_for_stripe(port, var_dir)
        stop(process)
        assert process.wait(15) == 0
        wait_until(lambda: all(map(is_gone, family)), 5)
    finally:
        for pid in family or with_descendants(process.pid):
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)
    output = process.communicate()[0]
    assert "Traceback" not in output, output
    assert f"http://127.0.0.1:{port}/" in output
    return output


def _the_sandbox_stands_in_for_stripe(port: int, var_dir: Path) -> None:
    """It has the packages, and the newspaper goes by its clock, which is ahead after the first."""
    stripe = gateway.Gateway(
        StripeClient("sk_test_sandbox", base_addresses={"api": f"http://127.0.0.1:{port + 100}"})
    )
    assert {product["name"] for product in stripe.products()} == {"Digital", "Sport", "Week pass"}
    address = f"http://127.0.0.1:{port + 100}/sandbox/clock"
    with urllib.request.urlopen(address, b'{"days": 40}') as answer:
        ahead = json.loads(answer.read())["ahead"]
    months = 1 if ahead < 60 * DAY else 2
    assert ahead > months * 39 * DAY  # a second is lost between starts
    assert (var_dir / "stripe_sandbox.state").exists()
    day = datetime.now(UTC) + timedelta(seconds=ahead)
    wait_until(lambda: f'<time datetime="{day:%Y-%m-%d}">' in page(port, "/"), 10)


def _a_database_and_a_sandbox_that_do_not_know_each_other_are_noticed(
    var_dir: Path, new: Path
) -> None:
    """A sandbox's port that is taken is no obstacle."""
    state, port = var_dir / "stripe_sandbox.state", free_port()
    state.unlink()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 100))
        taken.listen()
        process = serve(var_dir, port)
        output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "published to another Stripe account, or to a sandbox whose memory" in output
    for name in ("", "-wal", "-shm"):
        (var_dir / f"paywall.sqlite3{name}").unlink(missing_ok=True)
    shutil.copy(new, var_dir / "paywall.sqlite3")
    process = serve(var_dir, port, PYTHONUNBUFFERED="1")
    assert process.stdout
    assert "The database is new: the Stripe sandbox begins afresh" in process.stdout.readline()
    wait_until(state.exists, 30)
    process.terminate()
    process.communicate(timeout=15)
    assert len(list(var_dir.glob("stripe_sandbox-before-*.state"))) == 1


def test_a_live_key_is_refused(tmp_path: Path) -> None:
    process = serve(tmp_path, free_port(), STRIPE_SECRET_KEY="sk_live_abc")
    assert "STRIPE_SECRET_KEY is a live key" in process.communicate(timeout=60)[0]
    assert process.returncode == 1


def test_a_taken_port_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path, port)
        output = process.communicate(timeout=30)[0]
    assert process.returncode != 0
    assert output.count("\n") == 1
    assert f"Port {port} is taken" in output
    assert not list(tmp_path.glob("*.sqlite3"))


@pytest.mark.parametrize("port", ["eighty", "0", "65536"])
def test_a_port_that_is_none_is_said(tmp_path: Path, port: str) -> None:
    process = serve(tmp_path, port)
    assert "choose a number" in process.communicate(timeout=30)[0]
    assert process.returncode != 0


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A clone before its set-up, and a folder for a python3 of our making."""
    for name in ("Makefile", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    return tmp_path


@pytest.mark.parametrize("goal", ["demo", "test"])
@pytest.mark.parametrize(
    ("python", "says"),
    [
        (None, "Python is missing: install Python 3.11 or newer"),
        ("exit 1", "python3 is older than Python 3.11"),
        ('case "$2" in *version_info*) exit 0;; esac; exit 1', "cannot make virtual environments"),
    ],
    ids=["no Python", "old Python", "no venv module"],
)
def test_a_missing_python_gets_one_sentence(
    bare_machine: Path, goal: str, python: str | None, says: str
) -> None:
    if python:
        program = bare_machine / "bin/python3"
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    ended = subprocess.run(
        ["make", goal, f"PYTHON={bare_machine / 'bin/python3'}"],
        cwd=bare_machine,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    said = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert says in said[0]
