"""The words of the wall as staff have set them, one row for each time they were published."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class WallVersionQuerySet(models.QuerySet["WallVersion"]):
    def published(self) -> Self:
        """Keep what was ever published, the newest first."""
        return self.exclude(published_at=None).order_by("-published_at", "-pk")


class WallVersion(models.Model):
    """The texts of the wall and its offers that differ from ours, by their keys in `wording`.

    A draft changes until it is published; from then on it stays as it was.
    """

    texts = models.JSONField(default=dict)
    note = models.CharField(
        max_length=200, blank=True, help_text="For colleagues: what this one is for."
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = WallVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version of the wall texts"
        verbose_name_plural = "wall texts"
        ordering = ("-pk",)
        permissions = (("publish_walls", "Can publish the words of the wall"),)
        indexes: ClassVar = [
            models.Index(
                fields=["-published_at"],
                condition=Q(published_at__isnull=False),
                name="wall_version_published",
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.pk}" + (f": {self.note}" if self.note else "")
