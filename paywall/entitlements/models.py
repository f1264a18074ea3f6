"""The right to premium stories."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from paywall.catalog.models import Section


class Source(models.TextChoices):
    """What earned an entitlement."""

    SUBSCRIPTION = "subscription", "Subscription"
    PURCHASE = "purchase", "Pass"
    PRINT = "print", "Printed paper"
    COURTESY = "courtesy", "Courtesy"


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    def not_ended(self, at: datetime) -> Self:
        """Keep those that open stories at the given moment or will later."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))

    def in_force(self, at: datetime) -> Self:
        """Keep those that open stories at the given moment."""
        return self.not_ended(at).filter(starts_at__lte=at)


class Entitlement(models.Model):
    """A reader's right to premium stories, and what earned it. The gate looks at nothing else."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="entitlements"
    )
    source = models.CharField(max_length=16, choices=Source)
    everything = models.BooleanField("opens everything", default=True)
    sections = models.ManyToManyField(
        Section, blank=True, related_name="+", help_text="Unless it opens everything."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until withdrawn.")

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="entitlement_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} for {self.reader}"


class CourtesyBatch(models.Model):
    """Courtesy access that was given to many readers from a file: by whom, when and why.

    The file is not kept; who got something has it as an entitlement.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    why = models.CharField(max_length=200)
    file = models.CharField(max_length=200, help_text="Its name.")
    given = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    entitlements = models.ManyToManyField(Entitlement, related_name="+")

    class Meta:
        verbose_name = "courtesy file"
        ordering = ("-given_at",)
        permissions = (("give_courtesy_in_bulk", "Can give courtesy access from a file"),)

    def __str__(self) -> str:
        return self.why
