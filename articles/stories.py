"""Finding a story and its text, remembered for less than a second."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from articles.models import Article, ArticleBody
from paywall.gate import strangers
from paywall.memory import Memory

REMEMBERED_FOR = 0.8  # seconds; with 0.2 s for strangers' pages a change is seen within one
MOST_STORIES = 500


@dataclass(slots=True)
class Remembered:
    """An article as the database had it a moment ago, with the pages made of it since.

    Text and pages go with the article: nothing made of it is believed for longer than it is.
    """

    article: Article
    text: str | None = None  # read it with text_of
    pages: dict[Hashable, bytes] = field(default_factory=dict)


_stories: Memory[str, Remembered] = Memory(most=MOST_STORIES)


def find(slug: str, *, now: datetime, with_text: bool = False, drafts: bool = False) -> Remembered:
    """Return the story with its section.

    `with_text` fetches the text in the same query, for somebody who may well read it. Raises
    Http404 for what is not published by now, unless `drafts` are asked for.
    """
    story = _stories.get(slug, seconds=REMEMBERED_FOR)
    if story is None:
        asked_at = time.monotonic()
        story = _load(slug, with_text=with_text)
        if story is not None:
            _stories.set(slug, story, asked_at=asked_at)
    if story is None or (story.article.published_at > now and not drafts):
        raise Http404("There is no such story.")
    return story


def text_of(story: Remembered) -> str:
    """Return the cleaned HTML. Only for a visitor whose decision opens the story."""
    if story.text is None:
        texts = ArticleBody.objects.filter(article=story.article).values_list("html", flat=True)
        story.text = texts.first() or ""
    return story.text


def _load(slug: str, *, with_text: bool) -> Remembered | None:
    related = ["section", "body"] if with_text else ["section"]
    article = Article.objects.select_related(*related).filter(slug=slug).first()
    if article is None:
        return None
    # Kept apart, so that nothing that knows the article comes upon the text.
    body: ArticleBody | None = article._state.fields_cache.pop("body", None)
    return Remembered(article, body.html if body else None)


def forget(instance: Article | ArticleBody, **_signal: Any) -> None:
    """Drop what is remembered of an article that changed; called when it is saved or deleted."""
    article = instance if isinstance(instance, Article) else instance.article
    _drop(article.slug)
    # Somebody may have remembered the old state again before this is committed.
    transaction.on_commit(lambda: _drop(article.slug))


def forget_section(**_signal: Any) -> None:
    """Drop every story; called when a section changes, since who they are for may have too."""
    clear()
    transaction.on_commit(clear)


def clear() -> None:
    """Drop every story."""
    _stories.clear()
    strangers.forget()


def _drop(slug: str) -> None:
    _stories.forget(slug)
    strangers.forget()
