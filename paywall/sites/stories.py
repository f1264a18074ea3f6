"""The facts of stories that are kept elsewhere, as their site's server registered them."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from paywall.catalog.models import Section
from paywall.catalog.story import Story
from paywall.memory import Memory
from paywall.sites.models import ApiSite, RegisteredStory

REMEMBERED_FOR = 0.8  # seconds, as our own stories
LONGEST_KEY = 200  # that a read is written down with

_stories: Memory[str, RegisteredStory] = Memory(most=2000)


class TakenError(Exception):
    """The key is another site's, or our own."""


def find(key: str, *, site: ApiSite | None, now: datetime) -> Story | None:
    """Return a story of the paper's own, or a registered one; for a `site`, one of its own."""
    if own := own_story(key, now):
        return own
    row = _stories.get(key, seconds=REMEMBERED_FOR)
    if row is None:
        asked_at = time.monotonic()
        row = RegisteredStory.objects.select_related("section").filter(key=key).first()
        if row is None:
            return None
        _stories.set(key, row, asked_at=asked_at)
    if site and row.site_id != site.pk:
        return None
    return kept_apart(row.as_story(), row.site_id)


def kept_apart(story: Story, site_pk: int) -> Story:
    """Return a site's story under a key that no other site, and no story of ours, has.

    What a site says of a story is believed of its own alone: under another's key it would learn
    who read that one, and open it for the price of its own.
    """
    key = f"s{site_pk}:{story.key}"
    if len(key) > LONGEST_KEY:
        key = f"s{site_pk}:{hashlib.sha256(story.key.encode()).hexdigest()}"
    return replace(story, key=key)


def register(site: ApiSite, story: Story, *, now: datetime) -> bool:
    """Keep the facts of a site's story; tell whether it is new.

    Raises TakenError where the key is not the site's to use, Section.DoesNotExist where the
    section was deleted a moment ago.
    """
    if own_story(story.key, now):
        raise TakenError(f"{story.key} is a story of the paper's own.")
    section = Section.objects.get(slug=story.section)
    facts = {"access": story.access.value, "title": story.title, "address": story.address}
    with transaction.atomic():
        row, new = RegisteredStory.objects.get_or_create(
            key=story.key, defaults={"site": site, "section": section, **facts}
        )
        if row.site_id != site.pk:
            raise TakenError(f"{story.key} is a story of another site.")
        if not new:
            RegisteredStory.objects.filter(pk=row.pk).update(section=section, **facts)
    _stories.forget(story.key)
    transaction.on_commit(lambda: _stories.forget(story.key))
    return new


def own_story(key: str, now: datetime) -> Story | None:
    """Return a published story of the paper's own, where it keeps any."""
    if not settings.OWN_STORIES:
        return None
    find_own: Callable[[str, datetime], Story | None] = import_string(settings.OWN_STORIES)
    return find_own(key, now)


def forget(**_signal: Any) -> None:
    """Drop what is remembered; called when a story, or a section, changes in this process."""
    _stories.clear()
