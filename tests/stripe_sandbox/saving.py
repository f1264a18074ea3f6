"""Keeping a sandbox in a file, so that a demonstration goes on after a restart.

The newspaper's database outlives the process; a Stripe that had forgotten its customers would not
agree with it. The file is a pickle of our own: never go on from one that somebody else made.
"""

from __future__ import annotations

import pickle
import threading
import time
from pathlib import Path

from tests.stripe_sandbox.core import Sandbox

EVERY_SECONDS = 1.0


def save(sandbox: Sandbox, path: Path) -> None:
    """Write what a sandbox holds to a file, whole or not at all."""
    with sandbox.lock:
        content = pickle.dumps((sandbox.store, sandbox.clock, sandbox.decline_next))
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


def go_on_from(sandbox: Sandbox, path: Path) -> None:
    """Take up what a file holds, if it is there, and tell again what had not been told."""
    if not path.exists():
        return
    with sandbox.lock:
        sandbox.store, sandbox.clock, sandbox.decline_next = pickle.loads(path.read_bytes())
        for event in reversed(list(sandbox.store.all("event"))):
            if event["pending_webhooks"]:
                sandbox.webhooks.queue(event)


def keep_in(sandbox: Sandbox, path: Path) -> threading.Thread:
    """Save a sandbox every second in which something happened, while the process runs."""

    def run() -> None:
        saved = None
        while True:
            time.sleep(EVERY_SECONDS)
            state = (sandbox.store.made, sandbox.clock.moved)
            if state != saved:
                saved = state
                save(sandbox, path)

    thread = threading.Thread(target=run, name="stripe-sandbox-saving", daemon=True)
    thread.start()
    return thread
