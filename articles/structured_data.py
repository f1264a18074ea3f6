"""What search engines are told of a story: schema.org NewsArticle, without its text.

https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
"""

from typing import Any

from django.conf import settings

from articles.models import Article
from paywall.catalog.story import Access, Story


def news_article(article: Article, story: Story) -> dict[str, Any]:
    """Return the JSON-LD object; whether it is free is the story's policy, not the visitor's."""
    free = story.access is Access.FREE
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline[:110],
        "description": article.standfirst,
        "datePublished": article.published_at.isoformat(),
        "dateModified": max(article.updated_at, article.published_at).isoformat(),
        "articleSection": article.section.name,
        "mainEntityOfPage": absolute(story.address),
        "publisher": {"@type": "NewsMediaOrganization", "name": settings.NEWSPAPER_NAME},
        "isAccessibleForFree": free,
    }
    if article.byline:
        of_the_paper = article.byline == settings.NEWSPAPER_NAME
        author = "Organization" if of_the_paper else "Person"
        data["author"] = [{"@type": author, "name": article.byline}]
    if picture := picture_of(article):
        data["image"] = [absolute(picture)]
    if not free:
        data["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".premium",
        }
    return data


def picture_of(article: Article) -> str:
    """Return where the story's picture is, or ""."""
    return article.picture.url if article.picture else article.picture_address


def absolute(address: str) -> str:
    """Return a full URL for a path of this site; a URL stays as it is."""
    return address if "://" in address else f"{settings.SITE_URL}{address}"
