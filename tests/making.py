"""Making what tests need, in as few words as they need."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Reader
from articles.models import Article
from articles.writing import write
from paywall.catalog.models import Section

_numbers = count(1)

TEXT = "".join(
    f"<p>Paragraph {number} of the story has some twenty words in it, so that there is "
    "enough for an opening and for a rest behind the wall.</p>"
    for number in range(1, 10)
)


def make_reader(email: str = "", **fields: Any) -> Reader:
    """Make a reader with a verified address and the password `correct horse`."""
    email = email or f"reader{next(_numbers)}@example.com"
    reader = Reader.objects.create_user(email, "correct horse", **fields)
    EmailAddress.objects.create(user=reader, email=email, verified=True, primary=True)
    return reader


def make_section(slug: str = "news", **fields: Any) -> Section:
    """Make a section, or return the one with this slug."""
    defaults = {"name": slug.replace("-", " ").capitalize(), **fields}
    return Section.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_article(
    slug: str = "",
    *,
    text: str = TEXT,
    section: Section | None = None,
    published_at: datetime | None = None,
    **fields: Any,
) -> Article:
    """Make a metered story, published an hour ago."""
    slug = slug or f"story-{next(_numbers)}"
    published_at = published_at or timezone.now() - timedelta(hours=1)
    article = Article(
        slug=slug,
        headline=fields.pop("headline", slug.replace("-", " ").capitalize()),
        section=section or make_section(),
        published_at=published_at,
        updated_at=published_at,
        **fields,
    )
    return write(article, text)
