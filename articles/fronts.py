"""What stands on the front page and on a section's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from articles.models import Article
from paywall.catalog.models import Section

LEADING = 5
PER_SECTION = 4
PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Block:
    """A section with its newest stories."""

    section: Section
    articles: Sequence[Article]


@dataclass(frozen=True, slots=True)
class Front:
    """The front page: the newest stories lead, then every section."""

    lead: Article | None
    seconds: Sequence[Article]
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a section; `newer` and `older` are page numbers, or None."""

    articles: Sequence[Article]
    newer: int | None
    older: int | None


def front_page(*, now: datetime) -> Front:
    """Return the front page as of this moment; no story stands there twice.

    Of the newest, one with a picture leads if there is any.
    """
    stories = Article.objects.published(now).for_lists()
    leading = list(stories[:LEADING])
    leading.sort(key=lambda article: not (article.picture or article.picture_address))
    shown = {article.pk for article in leading}
    blocks = []
    for section in Section.objects.all():
        newest = stories.filter(section=section)[: PER_SECTION + len(shown)]
        rest = [article for article in newest if article.pk not in shown][:PER_SECTION]
        if rest:
            blocks.append(Block(section, rest))
    return Front(leading[0] if leading else None, leading[1:], blocks)


def section_page(section: Section, *, number: str, now: datetime) -> Page:
    """Return a page of a section; a number that makes no sense is the first page."""
    page = int(number) if number.isdecimal() and 0 < len(number) < 6 else 1
    page = max(page, 1)
    start = (page - 1) * PER_PAGE
    stories = Article.objects.published(now).for_lists().filter(section=section)
    found = list(stories[start : start + PER_PAGE + 1])
    return Page(
        articles=found[:PER_PAGE],
        newer=page - 1 if page > 1 else None,
        older=page + 1 if len(found) > PER_PAGE else None,
    )
