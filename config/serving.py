"""Running the demonstration's processes together, and stopping them together."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPS_WITHIN = 10  # seconds; then it is killed


class EndedError(Exception):
    """One of the processes ended by itself."""


def is_taken(host: str, port: int) -> bool:
    """Tell whether something listens there already."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return True
    return False


def run_together(commands: Sequence[Sequence[str]]) -> None:
    """Run the commands until this process is told to stop or its parent is gone; stop them all.

    Raises EndedError when one of them ended before that.
    """
    stop = threading.Event()
    for sign in STOPPING:
        signal.signal(sign, lambda *_: stop.set())
    parent = os.getppid()
    # Each in a group of its own: Ctrl-C reaches this process alone, which stops them in order.
    running = [subprocess.Popen(command, process_group=0) for command in commands]  # noqa: S603  # ours
    try:
        while not stop.wait(0.2) and os.getppid() == parent:
            for command, process in zip(commands, running, strict=True):
                if process.poll() is not None and not stop.wait(0.5):
                    name = Path(command[0]).name
                    raise EndedError(f"{name} ended by itself with {process.returncode}.")
    finally:
        _end(running)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOPS_WITHIN)
        with contextlib.suppress(ProcessLookupError):  # the usual case: all of the group have ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
