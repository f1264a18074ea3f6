"""What is read."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.urls import reverse

from articles.access import Genre, access_of
from paywall.catalog.models import Section
from paywall.catalog.story import ACCESS_CHOICES, Story

GENRE_CHOICES = [(genre.value, genre.label) for genre in Genre]


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, at: datetime) -> Self:
        """Keep what readers may be shown at the given moment."""
        return self.filter(published_at__lte=at)

    def for_lists(self) -> Self:
        """Newest first, with the section and without what only the story's own page needs."""
        return self.select_related("section").defer("opening").order_by("-published_at", "-pk")


class Article(models.Model):
    """A story of the paper: all but its text, so that a preview never loads that."""

    headline = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    standfirst = models.CharField(max_length=400, blank=True)
    byline = models.CharField(max_length=200, blank=True)
    section = models.ForeignKey(Section, models.PROTECT, related_name="articles")
    genre = models.CharField(max_length=16, choices=GENRE_CHOICES, default=Genre.STORY.value)
    access = models.CharField(
        max_length=16,
        choices=ACCESS_CHOICES,
        blank=True,
        help_text="Empty: as the genre and the section say.",
    )
    free_until = models.DateTimeField(
        null=True, blank=True, help_text="Breaking news: free for everybody until then."
    )
    picture = models.ImageField(
        upload_to="pictures/%Y/%m",
        blank=True,
        width_field="picture_width",
        height_field="picture_height",
    )
    picture_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    picture_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    picture_address = models.URLField(
        max_length=500, blank=True, help_text="Where an imported picture is, unless uploaded here."
    )
    picture_alt = models.CharField("picture shows", max_length=300, blank=True)
    picture_caption = models.CharField(max_length=400, blank=True)
    picture_credit = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField(help_text="Shown to readers when later than published.")
    opening = models.JSONField(
        default=list,
        editable=False,
        help_text="Its first paragraphs as HTML, together no more than a third of the text.",
    )
    source = models.CharField(max_length=200, blank=True, help_text="What it was imported from.")
    source_guid = models.CharField(max_length=500, null=True, blank=True, unique=True)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    edited_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When staff last changed it."
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["section", "-published_at"])]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("story", args=[self.slug])

    def as_story(self, now: datetime) -> Story:
        """Return the article as the gate sees it at this moment."""
        return Story(
            key=f"article-{self.pk}",
            access=access_of(
                choice=self.access,
                genre=self.genre,
                section_default=self.section.access,
                free_until=self.free_until,
                now=now,
            ),
            section=self.section.slug,
            title=self.headline,
            address=self.get_absolute_url(),
        )


class ArticleBody(models.Model):
    """The text of an article: cleaned HTML. What a decision does not open is never loaded."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="body")
    html = models.TextField()

    def __str__(self) -> str:
        return f"Text of {self.article}"


class OldAddress(models.Model):
    """Where an article was found before: a path, with the query where the query names it."""

    path = models.CharField(max_length=500, unique=True)
    article = models.ForeignKey(Article, models.CASCADE, related_name="old_addresses")

    def __str__(self) -> str:
        return self.path
