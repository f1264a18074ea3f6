"""The Celery application and the schedule of what runs by itself."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("paywall", task_cls="config.heartbeat:NotedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("config.heartbeat.WorkerHeartbeat")
app.conf.beat_schedule = {
    "forget-expired-sessions": {
        "task": "accounts.tasks.forget_expired_sessions",
        "schedule": crontab(hour="3", minute="10"),
    },
    "forget-old-reads": {
        "task": "paywall.tasks.forget_old_reads",
        "schedule": crontab(hour="3", minute="20"),
    },
    "forget-stray-meters": {
        "task": "paywall.tasks.forget_stray_meters",
        "schedule": crontab(hour="3", minute="30"),
    },
    "handle-waiting-stripe-events": {
        "task": "paywall.tasks.sweep_stripe_events",
        "schedule": 60.0,
        "options": {"expires": 60},  # another one comes
    },
    "find-missed-stripe-events": {
        "task": "paywall.tasks.find_missed_stripe_events",
        "schedule": crontab(minute="*/15"),
    },
    "forget-old-stripe-events": {
        "task": "paywall.tasks.forget_old_stripe_events",
        "schedule": crontab(hour="3", minute="40"),
    },
    "compare-everything-with-stripe": {
        "task": "paywall.tasks.compare_everything_with_stripe",
        "schedule": crontab(hour="4", minute="10"),
    },
    "write-letters-due": {
        "task": "paywall.tasks.write_letters_due",
        "schedule": 60.0 if settings.DEBUG else crontab(minute="5"),  # a demonstration jumps
    },
    # Each hour, for a Monday on which nothing ran at 7; it is written once.
    "write-weekly-letter": {
        "task": "paywall.tasks.write_weekly_letter",
        "schedule": 60.0 if settings.DEBUG else crontab(minute="0"),
    },
    "prepare-figures": {
        "task": "paywall.tasks.prepare_figures",
        "schedule": 60.0 if settings.DEBUG else crontab(minute="10,40"),
        "options": {"expires": 60},
    },
    "send-letters": {
        "task": "paywall.tasks.send_letters",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "take-circulation-file": {
        "task": "paywall.tasks.take_circulation_file",
        "schedule": crontab(hour="4", minute="0"),
    },
    "write-circulation-alerts": {
        "task": "paywall.tasks.write_circulation_alerts",
        "schedule": 60.0 if settings.DEBUG else crontab(minute="20"),
    },
    "read-sent-circulation-files": {
        "task": "paywall.tasks.read_sent_circulation_files",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "go-on-with-circulation": {
        "task": "paywall.tasks.go_on_with_circulation",
        "schedule": crontab(minute="*/5"),
    },
    "follow-up-print": {
        "task": "paywall.tasks.follow_up_print",
        "schedule": 60.0 if settings.DEBUG else crontab(minute="35"),
    },
    # Tried again every hour of the morning, and sent once a day.
    "send-health-digest": {
        "task": "paywall.tasks.send_health_digest",
        "schedule": crontab(hour="7-11", minute="30"),
    },
    "forget-old-answers": {
        "task": "paywall.tasks.forget_old_answers",
        "schedule": crontab(hour="3", minute="50"),
    },
    "forget-old-print-claims": {
        "task": "paywall.tasks.forget_old_print_claims",
        "schedule": crontab(hour="3", minute="40"),
    },
}


@setup_logging.connect
def log_like_the_site(**_signal: Any) -> None:
    """Log as the settings say; with this Celery sets up nothing of its own."""
    dictConfig(settings.LOGGING)
