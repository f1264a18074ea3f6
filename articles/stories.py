"""Finding a story and its text, remembered for seconds."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.http import Http404

from articles.models import Article, ArticleBody
from paywall.catalog.models import Section
from paywall.gate import strangers

REMEMBERED_FOR = 5  # seconds; a change in this process, or with Redis in any, is seen at once
PREVIEW_REMEMBERED_FOR = 1  # second, on top of the age of the story that it was made of


def find(slug: str, *, now: datetime, with_text: bool = False, drafts: bool = False) -> Article:
    """Return the story with its section.

    `with_text` fetches the text in the same query, for somebody who may well read it. Raises
    Http404 for what is not published by now, unless `drafts` are asked for.
    """
    article: Article | None = cache.get(_story(slug))
    if article is None:
        article = _load(slug, with_text=with_text)
    if article is None or (article.published_at > now and not drafts):
        raise Http404("There is no such story.")
    return article


def text_of(article: Article) -> str:
    """Return the cleaned HTML. Only for a visitor whose decision opens the story."""
    text: str | None = cache.get(_text(article.pk))
    if text is None:
        body = ArticleBody.objects.filter(article=article).values_list("html", flat=True).first()
        text = body or ""
        cache.set(_text(article.pk), text, REMEMBERED_FOR)
    return text


def _load(slug: str, *, with_text: bool) -> Article | None:
    related = ["section", "body"] if with_text else ["section"]
    article = Article.objects.select_related(*related).filter(slug=slug).first()
    if article is None:
        return None
    body: ArticleBody | None = article._state.fields_cache.pop("body", None)
    if body is not None:
        cache.set(_text(article.pk), body.html, REMEMBERED_FOR)
    cache.set(_story(slug), article, REMEMBERED_FOR)
    return article


def forget(instance: Article | ArticleBody, **_signal: Any) -> None:
    """Drop what is remembered of an article that changed; called when it is saved or deleted."""
    article = instance if isinstance(instance, Article) else instance.article
    stale = [_story(article.slug), _text(article.pk), preview_key(article.slug)]
    _drop(stale)
    # Somebody may have remembered the old state again before this is committed.
    transaction.on_commit(lambda: _drop(stale))


def forget_section(instance: Section, **_signal: Any) -> None:
    """Drop what is remembered of a section's stories: who they are for may have changed."""
    slugs = Article.objects.filter(section=instance).values_list("slug", flat=True)
    stale = [key for slug in slugs for key in (_story(slug), preview_key(slug))]
    _drop(stale)
    transaction.on_commit(lambda: _drop(stale))


def _drop(keys: list[str]) -> None:
    cache.delete_many(keys)
    strangers.forget()


def preview_key(slug: str) -> str:
    return f"preview:{slug}"


def _story(slug: str) -> str:
    return f"story:{slug}"


def _text(pk: int) -> str:
    return f"text:{pk}"
