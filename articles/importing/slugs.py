"""The slug of an imported story."""

import hashlib
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from articles.addresses import kept_forms
from articles.models import Article, OldAddress

LONGEST = 120


def free_slug(headline: str, *, guid: str, published: datetime) -> str:
    """Return a slug of the headline that no story has or had.

    What recurs ("Obituaries") is told apart by its local date, and on the same day by a hash.
    """
    mark = hashlib.sha256(guid.encode()).hexdigest()[:8]
    base = _shortened(slugify(headline), LONGEST - 20) or f"story-{mark}"
    dated = f"{base}-{timezone.localdate(published):%Y-%m-%d}"
    return next((slug for slug in (base, dated) if _is_free(slug)), f"{base}-{mark}")


def _shortened(slug: str, most: int) -> str:
    """Return the slug, cut between words where it is too long."""
    if len(slug) <= most:
        return slug.strip("-_")
    return slug[: most + 1].rpartition("-")[0][:most].strip("-_") or slug[:most].strip("-_")


def _is_free(slug: str) -> bool:
    forms = kept_forms(reverse("story", args=[slug]))
    return not (
        Article.objects.filter(slug=slug).exists()
        or OldAddress.objects.filter(path__in=forms).exists()
    )
