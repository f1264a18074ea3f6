"""The story at an address, whoever keeps the stories."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from paywall.catalog.story import Story


def story_at(address: str, *, now: datetime) -> Story | None:
    """Return the published story at an address; the setting STORY_FINDER names who knows."""
    found: Story | None = import_string(settings.STORY_FINDER)(address, now=now)
    return found
