"""Running the demonstration's processes together, and stopping them together."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence

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
    for name in STOPPING:
        signal.signal(name, lambda *_: stop.set())
    parent = os.getppid()
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603  # our own
    try:
        while not stop.wait(0.2) and os.getppid() == parent:
            for process in running:
                if process.poll() is not None and not stop.wait(0.5):
                    raise EndedError(
                        f"{process.args} ended by itself with {process.returncode}."  # type: ignore[str-bytes-safe]
                    )
    finally:
        _end(running)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
