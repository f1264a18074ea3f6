"""The one clock. It is read at the entrances (views, tasks, commands) and handed down as `now`."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now()
