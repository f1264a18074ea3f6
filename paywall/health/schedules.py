"""What runs by itself: when it ran last, and whether it is late.

Schedules follow real time, whatever clock the newspaper goes by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from celery.schedules import BaseSchedule, maybe_schedule
from django.utils.module_loading import import_string

from paywall.health.models import ScheduleRun

LATE_AFTER = timedelta(minutes=15)  # a worker that is restarted, or has much to do
TOO_LONG = timedelta(hours=6)  # no run takes as long: who began it is gone


@dataclass(frozen=True, slots=True)
class Schedule:
    """One task on the schedule. `problem` is for staff; empty: all is well."""

    name: str
    does: str
    often: str
    began_at: datetime | None
    ended_at: datetime | None
    problem: str


def schedules(*, real_now: datetime) -> Sequence[Schedule]:
    """Return everything on the schedule, what has a problem first."""
    runs = {run.task: run for run in ScheduleRun.objects.all()}
    since = min((run.known_since for run in runs.values()), default=None)
    found = []
    for name, entry in current_app.conf.beat_schedule.items():
        run = runs.get(entry["task"])
        schedule: Any = maybe_schedule(entry["schedule"], app=current_app)
        found.append(
            Schedule(
                name.replace("-", " ").capitalize().replace("stripe", "Stripe"),
                _first_line(import_string(entry["task"]).__doc__),
                often(schedule),
                run.began_at if run else None,
                run.ended_at if run else None,
                problem_of(schedule, run, since, real_now),
            )
        )
    return sorted(found, key=lambda one: (not one.problem, one.name))


def problem_of(
    schedule: BaseSchedule, run: ScheduleRun | None, since: datetime | None, now: datetime
) -> str:
    """Return what is wrong with a schedule; `since`: when the first of all ran."""
    last = run.began_at if run else since
    if last is None:
        return "Nothing has run by itself yet: are the worker and the scheduler running?"
    due = schedule.now() + schedule.remaining_estimate(last)
    if now - due > LATE_AFTER:
        return f"Late: it was due {_ago(now - due)} ago."
    if run and run.error:
        return f"It failed the last time: {run.error}."
    if run and now - run.began_at > TOO_LONG and not _came_to_an_end(run):
        return "It began and never came to an end."
    return ""


def often(schedule: Any) -> str:
    """Say how often a schedule of Celery's runs."""
    if not hasattr(schedule, "day_of_week"):
        seconds = int(schedule.run_every.total_seconds())
        return "every minute" if seconds == 60 else f"every {seconds} seconds"
    minutes, hours = sorted(schedule.minute), sorted(schedule.hour)
    if len(hours) == 24:
        if len(minutes) == 1:
            return f"every hour at {minutes[0]:02} past"
        return f"every {60 // len(minutes)} minutes"
    at = ", ".join(f"{hour:02}:{minute:02}" for hour in hours for minute in minutes)
    return f"every day at {at}" if len(schedule.day_of_week) == 7 else f"every week at {at}"


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


def _came_to_an_end(run: ScheduleRun) -> bool:
    return run.ended_at is not None and run.ended_at >= run.began_at


def _ago(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
