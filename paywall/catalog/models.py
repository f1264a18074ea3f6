"""What the paper is divided into, and what of it is sold."""

from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from paywall.catalog.story import ACCESS_CHOICES, Access


class Section(models.Model):
    """A part of the paper. Packages, rules and stories refer to it."""

    name = models.CharField(max_length=60)
    slug = models.SlugField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0, help_text="Small numbers come first.")
    access = models.CharField(
        "stories are",
        max_length=16,
        choices=ACCESS_CHOICES,
        default=Access.METERED.value,
        help_text="For stories that do not say otherwise themselves.",
    )

    class Meta:
        ordering = ("order", "name")

    def __str__(self) -> str:
        return self.name


class PackageQuerySet(models.QuerySet["Package"]):
    def on_offer(self) -> "PackageQuerySet":
        """Keep what readers are shown, with its prices at hand."""
        return self.filter(listed=True).prefetch_related("prices", "sections")


class Package(models.Model):
    """What is sold: access to everything, or to some sections."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    blurb = models.CharField(max_length=300, blank=True, help_text="One sentence, for readers.")
    everything = models.BooleanField("opens everything", default=True)
    sections = models.ManyToManyField(
        Section, blank=True, related_name="packages", help_text="Unless it opens everything."
    )
    order = models.PositiveSmallIntegerField(default=0, help_text="Small numbers come first.")
    listed = models.BooleanField(default=True, help_text="Shown to readers.")

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ("order", "name")

    def __str__(self) -> str:
        return self.name


class Interval(models.TextChoices):
    """How often a price is paid."""

    DAY = "day", "every day"
    WEEK = "week", "every week"
    MONTH = "month", "every month"
    YEAR = "year", "every year"
    ONCE = "once", "once"


class Price(models.Model):
    """One way to pay for a package. The amount is in the currency's smallest unit."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="prices")
    interval = models.CharField(max_length=8, choices=Interval)
    amount = models.PositiveIntegerField(
        validators=[MinValueValidator(0)], help_text="In the smallest unit: 1200 is 12.00."
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Three capital letters, such as USD.")],
        help_text="ISO 4217.",
    )

    class Meta:
        ordering = ("package", "amount")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["package", "interval", "currency"], name="price_once_per_interval"
            )
        ]

    def __str__(self) -> str:
        return f"{self.package}: {self.amount} {self.currency} {self.get_interval_display()}"
