"""Making stories of items, each in a transaction of its own."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import DataError, IntegrityError, transaction

from articles.access import Genre
from articles.body import clean, cut, plain
from articles.importing.errors import ItemError
from articles.importing.genres import genre_of
from articles.importing.items import Item, Unread
from articles.importing.moments import sensible
from articles.importing.sections import Sections
from articles.importing.slugs import free_slug
from articles.importing.standfirsts import standfirst_of
from articles.importing.tidying import tidy
from articles.models import Article
from articles.writing import write
from paywall.catalog.models import Section

logger = logging.getLogger(__name__)

LONGEST_GUID = 500


class Outcome(StrEnum):
    """What became of an item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # as staff edited it
    REJECTED = "rejected"
    SKIPPED = "skipped"  # no story, and not meant to be one


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item, and why where that needs to be said."""

    number: int
    name: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """How items become stories: what they were brought from, their sections, who may read them.

    `access` is for stories that their genre does not make free; empty leaves it to the section.
    """

    source: str
    sections: Sections
    access: str
    now: datetime

    def save_all(self, items: Iterable[Item | Unread]) -> Iterator[Result]:
        """Save the items one by one, and yield what became of each."""
        seen: set[int] = set()
        for item in items:
            if isinstance(item, Unread):
                outcome = Outcome.SKIPPED if item.skipped else Outcome.REJECTED
                yield Result(item.number, item.name, outcome, item.why)
            else:
                yield self._save(item, seen)

    def _save(self, item: Item, seen: set[int]) -> Result:
        try:
            try:
                outcome = self._write(item, seen)
            except IntegrityError:  # somebody took the slug, or made the story, meanwhile
                outcome = self._write(item, seen)
        except ItemError as error:
            return Result(item.number, item.name, Outcome.REJECTED, str(error))
        except (DataError, IntegrityError, ValueError) as error:
            logger.exception("Item %d could not be saved", item.number)
            return Result(item.number, item.name, Outcome.REJECTED, f"cannot be saved: {error}")
        return Result(item.number, item.name, outcome)

    def _write(self, item: Item, seen: set[int]) -> Outcome:
        if len(item.guid) > LONGEST_GUID:
            raise ItemError(f"has a GUID of {len(item.guid):,} characters")
        found = Article.objects.filter(source_guid=item.guid).only("source_digest", "edited_at")
        article = found.first()
        if article and article.edited_at:
            return Outcome.KEPT
        section = self.sections.of(item.categories)
        digest = item.digest(self.access, section.slug)
        if article and article.source_digest == digest:
            seen.add(hash(item.guid))
            return Outcome.UNCHANGED
        if hash(item.guid) in seen:
            raise ItemError("has the GUID of an earlier item, and is another story")
        with transaction.atomic():
            outcome = self._write_over(article, item, section, digest)
        seen.add(hash(item.guid))
        return outcome

    def _write_over(
        self, before: Article | None, item: Item, section: Section, digest: str
    ) -> Outcome:
        if before is None:
            article = Article(source_guid=item.guid, section=section, source_digest=digest)
            self._fill(article, item)
            return Outcome.CREATED
        article = Article.objects.select_for_update().get(pk=before.pk)
        if article.edited_at:  # staff were faster
            return Outcome.KEPT
        article.section, article.source_digest = section, digest
        self._fill(article, item)
        return Outcome.UPDATED

    def _fill(self, article: Article, item: Item) -> None:
        tidied = tidy(item)
        text = clean(tidied.html)
        words = plain(text)
        if not item.headline:
            raise ItemError("has no headline")
        if not words and "<img" not in text and "<iframe" not in text:
            raise ItemError("has no text")
        if item.only_summary and self._gives_less(article, words):
            raise ItemError(f"has but a summary of the text that {article.source} brought")
        self._date(article, item)
        article.headline = cut(item.headline, 200)
        article.standfirst = standfirst_of(item.summary, words, headline=item.headline)
        article.byline = cut(item.byline, 200)
        article.genre = genre_of(item.categories)
        article.access = self.access if article.genre == Genre.STORY else ""
        article.picture_address = tidied.picture.address
        article.picture_caption = tidied.picture.caption
        article.picture_credit = tidied.picture.credit
        article.picture_alt = tidied.picture.alt
        article.source = cut(self.source, 200)
        if not article.slug:
            article.slug = free_slug(item.headline, guid=item.guid, published=article.published_at)
        write(article, text, old_addresses=item.addresses)

    def _gives_less(self, before: Article, words: str) -> bool:
        """Tell whether another source gave twice as much: an export, say, before the feed."""
        if not before.pk or before.source == cut(self.source, 200):
            return False
        return len(words) < len(plain(before.body.html)) / 2

    def _date(self, article: Article, item: Item) -> None:
        """Date the story: as the item says, else as before, else as of this import."""
        published = sensible(item.published, now=self.now)
        updated = sensible(item.updated, now=self.now)
        before = article.published_at if article.pk else None
        article.published_at = published or updated or before or self.now
        article.updated_at = max(updated or article.published_at, article.published_at)
