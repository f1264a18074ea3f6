"""A story of the paper's own by its key, for those who ask with nothing else."""

from datetime import datetime

from articles.models import Article
from paywall.catalog.story import Story

MARK = "article-"


def find_story(key: str, now: datetime) -> Story | None:
    """Return the published story that has this key as the gate sees it, or None."""
    number = key.removeprefix(MARK)
    if number == key or not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    found = Article.objects.published(now).select_related("section").filter(pk=int(number)).first()
    return found.as_story(now) if found else None
