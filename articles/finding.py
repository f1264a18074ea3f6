"""Finding a story by an address that somebody reads out: the site's own, or an old one."""

from datetime import datetime
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from articles.addresses import looked_for
from articles.models import Article, OldAddress
from paywall.catalog.story import Story


def story_at(address: str, *, now: datetime) -> Story | None:
    """Return the published story at an address, as the gate sees it now.

    The address may be whole, a path, or the slug alone; old ones lead to the story too.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    published = Article.objects.published(now).select_related("section").defer("opening")
    slug = _slug_of(path) or path.strip("/")
    article = published.filter(slug=slug).first()
    if article is None:
        forms = looked_for(path, parts.query)
        old = OldAddress.objects.filter(path__in=forms).values_list("path", "article_id")
        found = dict(old)
        key = next((found[form] for form in forms if form in found), None)
        article = published.filter(pk=key).first() if key else None
    return article.as_story(now) if article else None


def _slug_of(path: str) -> str:
    """Return the slug in the path of a story's page, or ""."""
    for candidate in (path, f"{path}/"):
        try:
            match = resolve(candidate)
        except (Resolver404, ValueError):
            continue
        return str(match.kwargs.get("slug", "")) if match.url_name == "story" else ""
    return ""
