"""Keeping a sandbox in a file, so that a demonstration goes on after a restart.

The newspaper's database outlives the process; a Stripe that had forgotten its customers would not
agree with it. So everything is in the file before anybody is answered. The file is a pickle of our
own: never go on from one that somebody else made.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class StateError(Exception):
    """The file cannot be used; the message says why, and what to do."""


def keep_alone(path: Path) -> IO[str]:
    """Keep other processes from the file while what is returned stays open, or this one runs.

    Raises StateError where another has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(".lock").open("a+")
    lock.seek(0)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StateError(
            f"{path} is used by another sandbox (process {lock.read()}): stop that one first."
        ) from None
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def save(sandbox: Sandbox, path: Path) -> None:
    """Write what a sandbox holds to a file, whole or not at all."""
    beside = path.with_suffix(".new")
    with sandbox.lock:
        beside.write_bytes(
            pickle.dumps((sandbox.base_url, sandbox.store, sandbox.clock, sandbox.decline_next))
        )
        beside.replace(path)


def go_on_from(sandbox: Sandbox, path: Path) -> None:
    """Take up what a file holds, if it is there, and tell again what had not been told.

    Addresses of the sandbox's own pages follow it to where it is now. Raises StateError.
    """
    if not path.exists():
        return
    try:
        base_url, store, clock, decline_next = pickle.loads(path.read_bytes())
    except Exception as error:  # a pickle can break in any way
        raise StateError(f"{path} cannot be read ({error}): `make clean` begins afresh.") from error
    with sandbox.lock:
        sandbox.store, sandbox.clock, sandbox.decline_next = store, clock, decline_next
        if base_url != sandbox.base_url:
            for obj in store.everything():
                _follow(obj, f"{base_url}/", f"{sandbox.base_url}/")
        for event in reversed(list(sandbox.store.all("event"))):
            if event["pending_webhooks"]:
                sandbox.webhooks.queue(event)


def _follow(value: Json, old: str, new: str) -> None:
    for name, inner in value.items():
        if isinstance(inner, str) and inner.startswith(old):
            value[name] = new + inner.removeprefix(old)
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, dict):
                _follow(each, old, new)


def kept(app: WSGIApplication, sandbox: Sandbox, path: Path) -> WSGIApplication:
    """Return the application, saving what a request changed before it is answered."""
    saved: list[object] = [None]

    def saving(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        finally:  # a request whose answer is lost has been carried out all the same
            mark = (sandbox.store.made, sandbox.clock.moved, sandbox.base_url)
            if environ["REQUEST_METHOD"] != "GET" or mark != saved[0]:
                saved[0] = mark
                save(sandbox, path)

    return saving
