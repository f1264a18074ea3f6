"""A story of the paper's own by its key, for those who ask with nothing else."""

import time
from datetime import datetime

from django.http import Http404

from articles import stories
from articles.models import Article
from paywall.catalog.story import Story
from paywall.memory import Memory

MARK = "article-"
REMEMBERED_FOR = 300  # seconds; where the address is another one by then, it is looked up anew

_slugs: Memory[int, str] = Memory(most=2000)


def find_story(key: str, now: datetime) -> Story | None:
    """Return the published story that has this key as the gate sees it, or None."""
    number = key.removeprefix(MARK)
    if number == key or not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    pk = int(number)
    known = _slugs.get(pk, seconds=REMEMBERED_FOR)
    return (_find(known, pk, now) if known else None) or _find(_look_up(pk), pk, now)


def _look_up(pk: int) -> str:
    asked_at = time.monotonic()
    slug = Article.objects.filter(pk=pk).values_list("slug", flat=True).first()
    if slug is None:
        return ""
    _slugs.set(pk, slug, asked_at=asked_at)
    return slug


def _find(slug: str, pk: int, now: datetime) -> Story | None:
    try:
        article = stories.find(slug, now=now).article
    except Http404:
        return None
    return article.as_story(now) if article.pk == pk else None
