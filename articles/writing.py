"""Writing a story down: cleaned, with its opening split off, and found where it was before."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse

from articles import stories
from articles.addresses import kept_forms
from articles.body import clean, opening_of
from articles.models import Article, ArticleBody, OldAddress


def write(article: Article, text: str, *, old_addresses: Iterable[str] = ()) -> Article:
    """Save the article with this text (HTML from anywhere) and where it was found before.

    An old address (a URL or a path) that leads to another story keeps leading there. When the
    slug has changed, the address it made leads to the article from now on.
    """
    cleaned = clean(text)
    article.opening = opening_of(cleaned)
    forms = [form for address in old_addresses for form in kept_forms(address)]
    with transaction.atomic():
        before = Article.objects.filter(pk=article.pk).first() if article.pk else None
        article.save()
        ArticleBody.objects.update_or_create(article=article, defaults={"html": cleaned})
        OldAddress.objects.bulk_create(
            [OldAddress(path=form, article=article) for form in forms], ignore_conflicts=True
        )
        if before and before.slug != article.slug:
            _leave(before)
    return article


def _leave(before: Article) -> None:
    """Let the address that the article had until now lead to it."""
    for form in kept_forms(reverse("story", args=[before.slug])):
        OldAddress.objects.update_or_create(path=form, defaults={"article": before})
    stories.forget(before)
