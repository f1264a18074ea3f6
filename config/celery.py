"""The Celery application and the schedule of what runs by itself."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("paywall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
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
}
