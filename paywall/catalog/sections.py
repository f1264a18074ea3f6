"""The sections in the order of the paper, remembered for the navigation of every page."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paywall.catalog.models import Section

REMEMBERED_FOR = 10  # seconds; a change made in this process is seen at once

_remembered: tuple[float, Sequence["SectionLink"]] | None = None


@dataclass(frozen=True, slots=True)
class SectionLink:
    """What navigation shows of a section."""

    name: str
    slug: str


def sections_in_order() -> Sequence[SectionLink]:
    """Return the sections, at most REMEMBERED_FOR seconds old."""
    global _remembered
    remembered = _remembered
    if remembered and time.monotonic() - remembered[0] < REMEMBERED_FOR:
        return remembered[1]
    asked_at = time.monotonic()
    links = [SectionLink(*row) for row in Section.objects.values_list("name", "slug")]
    _remembered = asked_at, links
    return links


def forget(**_signal: Any) -> None:
    """Drop what is remembered; called when a section changes."""
    global _remembered
    _remembered = None
