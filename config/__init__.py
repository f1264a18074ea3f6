"""The site as a whole: settings, addresses, tasks' schedule, demonstration."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
