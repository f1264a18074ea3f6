"""The meter: which premium stories were opened this month, and how many are free."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from paywall.catalog.models import Section


class Meter(models.Model):
    """Counts the distinct premium stories opened in the month that began on `period`."""

    period = models.DateField(help_text="First day of the month that `used` counts.")
    used = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="A stranger's meter: whose stories these became at signing in.",
    )

    def __str__(self) -> str:
        return f"{self.used} since {self.period}"


class MeterKey(models.Model):
    """What points to a meter. Several keys may point to one."""

    class Kind(models.TextChoices):
        READER = "reader", "Reader"
        MAILBOX = "mailbox", "Mailbox, hashed"
        STRANGER = "stranger", "Stranger's cookie, hashed"
        SITE = "site", "A site's own id"

    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=128)
    meter = models.ForeignKey(Meter, models.CASCADE, related_name="keys")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="meter_key_once"),
            models.CheckConstraint(
                condition=Q(kind="reader", reader__isnull=False)
                | (~Q(kind="reader") & Q(reader__isnull=True)),
                name="meter_key_of_a_reader_names_the_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class MeteredRead(models.Model):
    """A premium story opened on a meter, with what the reader's own page says of it.

    One that was given back stays open to the reader, and counts no more.
    """

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="reads")
    period = models.DateField()
    story_key = models.CharField(max_length=200)
    opened_at = models.DateTimeField(db_index=True)
    title = models.CharField(max_length=300)
    address = models.CharField(max_length=500)
    given_back = models.BooleanField(
        db_default=False, default=False, help_text="Staff gave it back: it counts no more."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meter", "period", "story_key"], name="story_counts_once_a_period"
            )
        ]

    def __str__(self) -> str:
        return self.title


class RefusedVisit(models.Model):
    """A story that stayed closed to a reader: once a day, with why, to answer a caller."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="refused_visits"
    )
    date = models.DateField(help_text="The newspaper's day.")
    story_key = models.CharField(max_length=200)
    refused_at = models.DateTimeField(db_index=True, help_text="The first time that day.")
    outcome = models.CharField(max_length=24)
    title = models.CharField(max_length=300)
    address = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reader", "date", "story_key"], name="story_refused_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.title


class MeterRule(models.Model):
    """How many premium stories a month are free, for the whole paper or in one section."""

    section = models.ForeignKey(
        Section,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the whole paper.",
    )
    allowance = models.PositiveSmallIntegerField(
        default=7,
        help_text="Stories a month for a free account. Compared with all stories opened.",
    )
    strangers_allowance = models.PositiveSmallIntegerField(
        default=0, help_text="Stories a month without an account."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Coalesce("section", Value(0)),
                name="meter_rule_once_per_section",
                violation_error_message="There is a rule for this already: change that one.",
            )
        ]

    def __str__(self) -> str:
        return f"Rule for {self.section or 'the whole paper'}"


class FreeModeQuerySet(models.QuerySet["FreeMode"]):
    def not_over(self, at: datetime) -> Self:
        """Keep those that nobody has ended and that have not run out at the given moment."""
        return self.filter(closed_at=None, ends_at__gt=at)

    def in_force(self, at: datetime) -> Self:
        """Keep those that open stories at the given moment."""
        return self.not_over(at).filter(starts_at__lte=at)


class FreeMode(models.Model):
    """All stories of the paper, or of a section, opened to everybody for a time, by whom and why.

    It ends by itself. Kept for good: paywall.metering.freeing is the one way to write one.
    """

    section = models.ForeignKey(
        Section,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the whole paper.",
    )
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField("until", help_text="It ends then by itself.")
    why = models.CharField(max_length=200, help_text="For colleagues, such as: storm, election.")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = FreeModeQuerySet.as_manager()

    class Meta:
        verbose_name = "opening of all stories"
        verbose_name_plural = "open all stories"
        ordering = ("-starts_at",)
        permissions = (("open_all_stories", "Can open all stories to everybody"),)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="free_mode_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"All stories of {self.section or 'the whole paper'}"
