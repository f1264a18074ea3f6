"""Noting when a schedule runs. It is told by the task's own class: see config.heartbeat."""

from datetime import datetime

from paywall.health.models import ScheduleRun


def began(task: str, *, now: datetime) -> None:
    """Note that a task has begun."""
    if not ScheduleRun.objects.filter(task=task).update(began_at=now):
        first = ScheduleRun(task=task, known_since=now, began_at=now)
        ScheduleRun.objects.bulk_create([first], ignore_conflicts=True)


def ended(task: str, error: str = "", *, now: datetime) -> None:
    """Note that a task has ended; `error` names what ended it before its time."""
    ScheduleRun.objects.filter(task=task).update(ended_at=now, error=error[:200])
