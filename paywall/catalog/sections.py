"""The sections in the order of the paper, remembered for the navigation of every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from paywall.catalog.models import Section

KEY = "sections"
REMEMBERED_FOR = 60  # seconds


@dataclass(frozen=True, slots=True)
class SectionLink:
    """What navigation shows of a section."""

    name: str
    slug: str


def sections_in_order() -> Sequence[SectionLink]:
    links: Sequence[SectionLink] | None = cache.get(KEY)
    if links is None:
        links = [SectionLink(*row) for row in Section.objects.values_list("name", "slug")]
        cache.set(KEY, links, REMEMBERED_FOR)
    return links


def forget(**_signal: Any) -> None:
    """Drop what is remembered; called when a section changes."""
    cache.delete(KEY)
