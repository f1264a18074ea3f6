"""What runs by itself: noted each time, and late when it should be."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from celery.schedules import crontab, schedule
from django.utils import timezone

from paywall import tasks
from paywall.health import running
from paywall.health.models import ScheduleRun
from paywall.health.schedules import often, problem_of, schedules
from paywall.metering import forgetting

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)
MINUTELY = schedule(60.0, app=current_app)
QUARTERLY = crontab(minute="*/15", app=current_app)
NIGHTLY = crontab(hour="4", minute="0", app=current_app)


def run(ago: timedelta, error: str = "", *, ended: bool = True) -> ScheduleRun:
    at = NOON - ago
    return ScheduleRun(
        task="it", known_since=at, began_at=at, ended_at=at if ended else None, error=error
    )


HOURS = {hours: timedelta(hours=hours) for hours in (1, 6, 8, 9, 30)}
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("schedule", "last", "problem"),
    [
        (MINUTELY, run(MINUTE), ""),
        (MINUTELY, run(15 * MINUTE), ""),
        (MINUTELY, run(17 * MINUTE), "Late: it was due 16 minutes ago."),
        (QUARTERLY, run(14 * MINUTE), ""),
        (QUARTERLY, run(HOURS[1]), "Late: it was due 45 minutes ago."),
        (NIGHTLY, run(HOURS[8]), ""),
        (NIGHTLY, run(HOURS[9]), "Late: it was due 8 hours ago."),
        (NIGHTLY, run(HOURS[30]), "Late"),
        (NIGHTLY, run(HOURS[8], "OSError"), "It failed the last time: OSError."),
        (NIGHTLY, run(HOURS[8], ended=False), "It began and never came to an end."),
        (NIGHTLY, run(HOURS[1], ended=False), ""),
    ],
)
def test_a_schedule_is_late_a_quarter_of_an_hour_after_its_time(
    schedule: crontab, last: ScheduleRun, problem: str
) -> None:
    found = problem_of(schedule, last, last.known_since, NOON)
    assert found.startswith(problem) if problem else not found


@pytest.mark.parametrize(
    ("since", "problem"),
    [
        (NOON - timedelta(hours=7), ""),
        (NOON - timedelta(hours=9), "Late: it was due 8 hours ago."),
        (None, "Nothing has run by itself yet"),
    ],
    ids=["installed this morning", "installed last night", "never ran at all"],
)
def test_what_never_ran_is_late_once_it_should_have(since: datetime | None, problem: str) -> None:
    found = problem_of(NIGHTLY, None, since, NOON)
    assert found.startswith(problem) if problem else not found


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (MINUTELY, "every minute"),
        (schedule(10.0, app=current_app), "every 10 seconds"),
        (QUARTERLY, "every 15 minutes"),
        (crontab(minute="5", app=current_app), "every hour at 05 past"),
        (NIGHTLY, "every day at 04:00"),
        (crontab(minute="0", hour="7", day_of_week="1", app=current_app), "every week at 07:00"),
    ],
)
def test_how_often_is_said_in_words(schedule: crontab, words: str) -> None:
    assert often(schedule) == words


@pytest.mark.django_db
def test_a_run_is_noted_with_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    before = timezone.now()
    tasks.forget_stray_meters.apply()
    noted = ScheduleRun.objects.get()
    assert noted.task == "paywall.tasks.forget_stray_meters"
    assert noted.ended_at
    assert before <= noted.known_since == noted.began_at <= noted.ended_at <= timezone.now()
    monkeypatch.setattr(forgetting, "forget_stray_meters", lambda **_: 1 / 0)
    tasks.forget_stray_meters.apply()
    again = ScheduleRun.objects.get()
    assert again.error == "ZeroDivisionError"
    assert again.known_since == noted.known_since < again.began_at
    found = {one.name: one.problem for one in schedules(real_now=timezone.now())}
    assert found["Forget stray meters"] == "It failed the last time: ZeroDivisionError."


@pytest.mark.django_db
def test_what_is_on_no_schedule_is_not_noted() -> None:
    tasks.write_letters.apply((0,))
    assert not ScheduleRun.objects.exists()


@pytest.mark.django_db
def test_two_who_note_the_first_run_are_one_row() -> None:
    running.began("it", now=NOON)
    running.began("it", now=NOON + MINUTE)
    running.ended("it", "x" * 900, now=NOON + 2 * MINUTE)
    noted = ScheduleRun.objects.get()
    assert (noted.known_since, noted.began_at) == (NOON, NOON + MINUTE)
    assert len(noted.error) == 200
