"""Who a story is for: the choice for the story, its genre and its section. Pure."""

from datetime import datetime
from enum import StrEnum

from paywall.catalog.story import Access


class Genre(StrEnum):
    """What kind of text it is. All but the first are free unless the story says otherwise."""

    STORY = "story"
    OBITUARY = "obituary"
    PUBLIC_NOTICE = "public_notice"
    PUBLIC_SAFETY = "public_safety"
    CORRECTION = "correction"
    SPONSORED = "sponsored"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


def access_of(
    *,
    choice: str,
    genre: str,
    section_default: str,
    free_until: datetime | None,
    now: datetime,
) -> Access:
    """Return who the story is for at this moment; a free mark wins.

    `choice` is the story's own, or empty.
    """
    if is_free_for_now(free_until, now):
        return Access.FREE
    if choice:
        return Access(choice)
    if genre != Genre.STORY:
        return Access.FREE
    return Access(section_default)


def is_free_for_now(free_until: datetime | None, now: datetime) -> bool:
    """Tell whether the story is free only until a moment still to come."""
    return free_until is not None and now < free_until
