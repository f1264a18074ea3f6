"""The letters: written when due, kept until sent, once for each fact."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from paywall.letters.kinds import LETTER_CHOICES


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, at: datetime) -> Self:
        """Keep what is to be sent, by whoever takes it first, at the given moment."""
        return self.filter(sent_at=None, given_up_at=None, next_try_at__lte=at)


class Letter(models.Model):
    """A letter for a fact, such as "this invoice failed". The key names the fact: it comes once.

    It is written in the words of the moment it was due, and sent from here: a crash between
    loses nothing. `message_id` stays the same however often sending is tried, so that mailboxes
    drop what came twice.
    """

    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=24, choices=LETTER_CHOICES)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="letters",
        help_text="Whose it is. Empty: it goes to staff, or to who has closed their account.",
    )
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=255)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(blank=True)
    bounced_at = models.DateTimeField(null=True, help_text="When a mail server sent it back.")
    bounce = models.CharField(max_length=200, blank=True, help_text="What it said.")
    seen_at = models.DateTimeField(
        null=True, help_text="When staff looked at one that came back or could not be sent."
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at=None, given_up_at=None),
                name="letter_due",
            ),
            models.Index(fields=["address"], name="letter_address"),
            models.Index(fields=["kind", "id"], name="letter_kind"),
            models.Index(
                fields=["given_up_at"],
                condition=Q(seen_at=None, given_up_at__isnull=False),
                name="letter_given_up",
            ),
            models.Index(
                fields=["bounced_at"],
                condition=Q(seen_at=None, bounced_at__isnull=False),
                name="letter_bounced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.address}"


class Unsubscribed(models.Model):
    """A reader who wants no letters but those about money."""

    reader = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="unsubscribed"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reader}"
