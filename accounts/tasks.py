"""What accounts does by itself, on the schedule in config.celery."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def forget_expired_sessions() -> None:
    """Delete the sessions whose year is over."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
