"""The one clock. It is read at the entrances (views, tasks, commands) and handed down as `now`."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


def now() -> datetime:
    """Return the present moment, aware, in UTC; the setting CLOCK names what tells it."""
    moment: datetime = import_string(settings.CLOCK)()
    return moment
