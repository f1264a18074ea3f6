"""Writing a story down: cleaned, with its opening split off."""

from collections.abc import Iterable

from django.db import transaction

from articles.body import clean, opening_of
from articles.models import Article, ArticleBody, OldAddress


def write(article: Article, text: str, *, old_addresses: Iterable[str] = ()) -> Article:
    """Save the article with this text (HTML from anywhere) and where it was found before."""
    cleaned = clean(text)
    article.opening = opening_of(cleaned)
    with transaction.atomic():
        article.save()
        ArticleBody.objects.update_or_create(article=article, defaults={"html": cleaned})
        for path in old_addresses:
            OldAddress.objects.update_or_create(path=path, defaults={"article": article})
    return article
