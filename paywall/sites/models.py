"""Other sites, the keys of their servers, their readers and the stories they registered."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from paywall.catalog.models import Section
from paywall.catalog.story import ACCESS_CHOICES, Access, Story

ORIGIN = r"^https?://[A-Za-z0-9.\-\[\]:]+$"


class ApiSite(models.Model):
    """A site that keeps its own stories and asks us who may read them."""

    name = models.CharField(max_length=80, unique=True)
    origin = models.CharField(
        max_length=200,
        unique=True,
        validators=[RegexValidator(ORIGIN, "Write it like https://news.example.com")],
        help_text="Where its pages are: its stories' addresses, and the way back from paying, "
        "begin with this.",
    )

    class Meta:
        verbose_name = "site"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def has(self, address: str) -> bool:
        """Tell whether an address is one of this site's."""
        return address == self.origin or address.startswith(f"{self.origin}/")


class Scope(models.TextChoices):
    """What a key is good for."""

    LOOK = "look", "Look whether a story opens"
    OPEN = "open", "Open stories, and register them"
    READERS = "readers", "See and serve its readers"
    PACKAGES = "packages", "See the packages"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def in_force(self, at: datetime) -> Self:
        """Keep the keys that are good at the given moment."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))


class ApiKey(models.Model):
    """What a site's server shows. The key itself is shown once; a hash of it is kept."""

    site = models.ForeignKey(ApiSite, models.CASCADE, related_name="keys")
    name = models.CharField(max_length=80, help_text="What it is used for, in your words.")
    start = models.CharField(max_length=12, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(
        "requests a minute", default=6000, validators=[MinValueValidator(1)]
    )
    made_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until withdrawn.")
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ("site__name", "-made_at")

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class SiteReader(models.Model):
    """A reader of a site's: they signed in there, and their own token was shown to us."""

    site = models.ForeignKey(ApiSite, models.CASCADE, related_name="readers")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sites")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reader", "site"], name="reader_once_per_site")
        ]

    def __str__(self) -> str:
        return f"{self.reader} at {self.site}"


class RegisteredStory(models.Model):
    """What a site's server told us of a story. Its text never comes here."""

    site = models.ForeignKey(ApiSite, models.CASCADE, related_name="stories")
    key = models.CharField(max_length=200, unique=True)
    access = models.CharField(max_length=16, choices=ACCESS_CHOICES, default=Access.METERED.value)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    address = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = "registered stories"

    def __str__(self) -> str:
        return self.title

    def as_story(self) -> Story:
        """Return it as the gate sees it."""
        return Story(self.key, Access(self.access), self.section.slug, self.title, self.address)


class KeptAnswer(models.Model):
    """The answer to a request that had an idempotency key, for when it comes again."""

    caller = models.CharField(max_length=64, help_text="A hash of who asked.")
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64, help_text="A hash of what was asked.")
    answer = models.TextField(help_text="JSON, as it was sent.")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caller", "key"], name="answered_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key
