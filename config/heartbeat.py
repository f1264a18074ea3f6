"""Files touched for as long as a worker and the scheduler are alive.

A health check looks at their age: asking a worker through the broker takes seconds, and says
nothing when only the broker is away.
"""

import contextlib
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings

EVERY = 10  # seconds


def touch(name: str) -> None:
    """Say that this one is alive now; a full disk stops nobody's work."""
    with contextlib.suppress(OSError):
        (settings.RUN_DIR / f"{name}.alive").touch()


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Beats in the worker's own loop, so that a stuck worker falls silent."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        touch("worker")
        parent.timer.call_repeatedly(EVERY, touch, ("worker",))


class BeatingScheduler(PersistentScheduler):
    """Celery's scheduler with a heart; it ticks at least every CELERY_BEAT_MAX_LOOP_INTERVAL."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        touch("beat")
        return float(super().tick(*args, **kwargs))
