"""Running the demonstration's processes together, and stopping them together."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPS_WITHIN = 10  # seconds; then it is killed

Process: TypeAlias = "subprocess.Popen[bytes]"


class EndedError(Exception):
    """One of the processes ended by itself, or never began to answer."""


def is_taken(host: str, port: int) -> bool:
    """Tell whether something listens there already."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return True
    return False


def free_port(host: str) -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as tried:
        tried.bind((host, 0))
        return int(tried.getsockname()[1])


def answers(host: str, port: int) -> bool:
    """Tell whether something takes connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


class Together:
    """Processes that run until this one is told to stop, its parent is gone or one of them ends.

    Leaving the context stops them all.
    """

    def __init__(self) -> None:
        self._running: dict[Process, str] = {}  # and what each is called
        self._stop = threading.Event()
        self._parent = os.getppid()

    def __enter__(self) -> Self:
        for sign in STOPPING:
            signal.signal(sign, lambda *_: self._stop.set())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _end(list(self._running))

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start a process that is to run as long as the others."""
        # Each in a group of its own: Ctrl-C reaches this process alone, which stops them in order.
        process = subprocess.Popen(command, env=environment, process_group=0)  # noqa: S603  # ours
        self._running[process] = " ".join([Path(command[0]).name, *command[1:3]])
        return process

    def finish(self, command: Sequence[str], environment: Mapping[str, str]) -> int | None:
        """Run a command to its end and return its exit code; None: told to stop before that."""
        process = self.start(command, environment)
        if not self.run_until(lambda: process.poll() is not None):
            return None
        del self._running[process]
        return int(process.returncode)

    def run_until(self, done: Callable[[], bool], *, within: float | None = None) -> bool:
        """Run until something is done; False: told to stop before that.

        Raises EndedError when one of the processes ended, or it is not done `within` seconds.
        """
        began = time.monotonic()
        while not self._stop.is_set() and os.getppid() == self._parent:
            if done():
                return True
            for process, name in self._running.items():
                if process.poll() is not None and not self._stop.wait(0.5):
                    raise EndedError(f"{name} ended by itself with {process.returncode}.")
            if within and time.monotonic() - began > within:
                name = list(self._running.values())[-1]
                raise EndedError(f"{name} did not begin within {within:.0f} seconds.")
            self._stop.wait(0.1)
        return False


def _end(running: Sequence[Process]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOPS_WITHIN)
        with contextlib.suppress(ProcessLookupError):  # the usual case: all of the group have ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
