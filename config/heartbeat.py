"""Files touched for as long as a worker and the scheduler are alive, and the runs of schedules.

A health check looks at their age: asking a worker through the broker takes seconds, and says
nothing when only the broker is away.
"""

import contextlib
from typing import Any

from celery import Task, bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

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


class NotedTask(Task):  # type: ignore[type-arg]  # not generic when it runs
    """A task; what is on the schedule has its runs noted, by real time: schedules follow it too."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        if self._is_scheduled():
            from paywall.health import running  # the apps are ready by now

            with contextlib.suppress(DatabaseError):  # the task itself says what is wrong
                running.began(self.name, now=timezone.now())  # noqa: TID251  # real time

    def after_return(
        self, status: str, retval: Any, task_id: str, args: Any, kwargs: Any, einfo: Any
    ) -> None:
        if self._is_scheduled() and status in {"SUCCESS", "FAILURE"}:
            from paywall.health import running

            error = type(retval).__name__ if status == "FAILURE" else ""
            with contextlib.suppress(DatabaseError):
                running.ended(self.name, error, now=timezone.now())  # noqa: TID251  # real time

    def _is_scheduled(self) -> bool:
        return any(one["task"] == self.name for one in self.app.conf.beat_schedule.values())
