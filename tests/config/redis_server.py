"""A Redis of the test's own, which may be stopped, hung, wiped and started again."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import redis

PROGRAM = shutil.which("redis-server")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServer:
    """Keeps its data when hung, and loses it when stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url, socket_timeout=0.2)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [str(PROGRAM), *options, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        wait_until(self.answers)

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        assert not self.answers()

    def resume(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)
        wait_until(self.answers)

    def wipe(self) -> None:
        self.client.flushall()

    def restart(self) -> None:
        self.stop()
        self.start()

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False


def wait_until(condition: object, seconds: float = 10) -> None:
    """Wait for a condition; raises AssertionError when it does not come true."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not come true"
        time.sleep(0.02)
