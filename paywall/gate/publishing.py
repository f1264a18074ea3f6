"""The words of the wall: drafts, publishing them, and which are in force."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Reader
from paywall.gate import wording
from paywall.gate.models import WallVersion
from paywall.metering import rules


class PublishedError(Exception):
    """A version that was published is not changed; the message says so to staff."""


@dataclass(frozen=True, slots=True)
class Words:
    """The texts that differ from ours, and the version that they are of (None: none was made)."""

    version: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


_remembered: tuple[float, Words] | None = None


def words_in_force() -> Words:
    """Return the words published last, at most as old as the rules (rules.REMEMBERED_FOR)."""
    global _remembered
    remembered = _remembered
    if remembered and time.monotonic() - remembered[0] < rules.REMEMBERED_FOR:
        return remembered[1]
    asked_at = time.monotonic()
    row = WallVersion.objects.published().values_list("pk", "texts").first()
    words = Words(*row) if row else Words()
    _remembered = asked_at, words
    return words


def forget() -> None:
    """Ask the database again at the next wall."""
    global _remembered
    _remembered = None


def draft(
    texts: Mapping[str, str], *, note: str, by: Reader, now: datetime, of: int | None = None
) -> WallVersion:
    """Keep a draft: a new one, or the one of this number in new words.

    Raises PublishedError where that one was published meanwhile.
    """
    changed = wording.changes(texts)
    if of is None:
        return WallVersion.objects.create(texts=changed, note=note, made_at=now, made_by=by)
    drafts = WallVersion.objects.filter(pk=of, published_at=None)
    if not drafts.update(texts=changed, note=note, made_at=now, made_by=by):
        raise PublishedError("It was published meanwhile. Make a new version of it to change it.")
    return WallVersion.objects.get(pk=of)


def publish(version: WallVersion, *, by: Reader, now: datetime) -> bool:
    """Show readers the words of a draft from now on; False: it was published before."""
    drafts = WallVersion.objects.filter(pk=version.pk, published_at=None)
    published = bool(drafts.update(published_at=now, published_by=by))
    forget()
    return published
