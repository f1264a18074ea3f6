"""What the paper is divided into, and what of it is sold."""

import uuid
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Prefetch, Q

from paywall.catalog import money
from paywall.catalog.story import ACCESS_CHOICES, Access
from paywall.catalog.terms import INTERVAL_CHOICES, Interval, Terms

LONGEST_TRIAL = 730  # days, at Stripe


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
    def on_offer(self) -> Self:
        """Keep what readers are shown, with its sections and the prices in force at hand."""
        in_force = Prefetch("prices", Price.objects.in_force())
        return (
            self.filter(Q(prices__retired_at=None, prices__isnull=False) | ~Q(order_form=""))
            .filter(listed=True)
            .distinct()
            .prefetch_related(in_force, "sections")
        )


class Package(models.Model):
    """What is sold: access to everything, or to some sections; or the printed paper."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    blurb = models.CharField(max_length=300, blank=True, help_text="One sentence, for readers.")
    everything = models.BooleanField("opens everything", default=True)
    sections = models.ManyToManyField(
        Section, blank=True, related_name="packages", help_text="Unless it opens everything."
    )
    order = models.PositiveSmallIntegerField(default=0, help_text="Small numbers come first.")
    listed = models.BooleanField(default=True, help_text="Shown to readers.")
    picture = models.ImageField(
        upload_to="packages",
        blank=True,
        width_field="picture_width",
        height_field="picture_height",
        help_text="Shown above the name; it says nothing that the name and the sentence do not.",
    )
    picture_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    picture_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    order_form = models.URLField(
        blank=True,
        help_text="A print package: where the circulation department takes orders. "
        "It has no prices here.",
    )

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ("order", "name")
        permissions = (("manage_promotions", "Can make promotion codes and switch them off"),)

    def __str__(self) -> str:
        return self.name


class PriceQuerySet(models.QuerySet["Price"]):
    def in_force(self) -> Self:
        """Keep what can be bought."""
        return self.filter(retired_at=None)


class Price(models.Model):
    """One way to pay for a package. Amounts are in the currency's smallest unit.

    Once sold it never changes: paywall.catalog.pricing is the one way to change a price.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    package = models.ForeignKey(Package, models.CASCADE, related_name="prices")
    interval = models.CharField(
        "paid", max_length=8, choices=INTERVAL_CHOICES, default=Interval.MONTH.value
    )
    amount = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="In the smallest unit: 1200 is 12.00."
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Three capital letters, such as USD.")],
        help_text="ISO 4217.",
    )
    trial_days = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(LONGEST_TRIAL)],
        help_text="Days that are free at the beginning.",
    )
    intro_amount = models.PositiveIntegerField(
        "introductory amount",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="What each payment costs at the beginning, in the smallest unit.",
    )
    intro_months = models.PositiveSmallIntegerField(
        "for months",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text="How long the introductory amount is paid; whole years for a yearly price.",
    )
    opens_for_days = models.PositiveSmallIntegerField(
        "opens for days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="A pass, paid once: how long it opens stories.",
    )
    first_sold_at = models.DateTimeField(null=True, editable=False)
    retired_at = models.DateTimeField(
        null=True, editable=False, help_text="Not sold since then; who has it keeps it."
    )

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("package", "amount", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["package", "interval", "currency"],
                condition=Q(retired_at=None),
                name="price_once_per_interval",
                violation_error_message="The package has a price of this interval and currency "
                "already: change that one, or archive it first.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="price_asks_something",
                violation_error_message="The amount has to be above 0.",
            ),
            models.CheckConstraint(
                condition=Q(intro_amount=None, intro_months=None)
                | Q(
                    intro_amount__isnull=False,
                    intro_amount__gt=0,
                    intro_amount__lt=F("amount"),
                    intro_months__gt=0,
                    intro_months__isnull=False,
                ),
                name="price_intro_is_whole",
                violation_error_message="An introductory offer has an amount above 0 and below "
                "the usual one, and a number of months.",
            ),
            # At Stripe a trial would use up months of the introductory offer.
            models.CheckConstraint(
                condition=Q(trial_days=0) | Q(intro_amount=None),
                name="price_trial_or_intro",
                violation_error_message="A price begins with free days or with an introductory "
                "offer, not with both.",
            ),
            models.CheckConstraint(
                condition=~Q(interval="once") | Q(trial_days=0, intro_amount=None),
                name="price_pass_is_plain",
                violation_error_message="A pass is paid once: it has no free days and no "
                "introductory offer.",
            ),
            models.CheckConstraint(
                condition=Q(interval="once", opens_for_days__gt=0, opens_for_days__isnull=False)
                | (~Q(interval="once") & Q(opens_for_days=None)),
                name="price_pass_has_its_days",
                violation_error_message="A pass, paid once, says for how many days it opens "
                "stories; other prices do not.",
            ),
            # Stripe's coupon would make the whole first year as cheap as the months it is for.
            models.CheckConstraint(
                condition=~Q(interval="year")
                | Q(intro_months=None)
                | Q(intro_months__in=[12, 24, 36]),
                name="price_yearly_intro_in_years",
                violation_error_message="The introductory offer of a yearly price lasts 12, 24 "
                "or 36 months.",
            ),
        ]

    def __str__(self) -> str:
        amount = money.in_units(self.amount, self.currency)
        return f"{self.package}, {amount} {self.currency} {self.get_interval_display()}"

    @property
    def sold(self) -> bool:
        return self.first_sold_at is not None

    @property
    def terms(self) -> Terms:
        """How it is paid, for the words of pages and letters."""
        return Terms(
            interval=Interval(self.interval),
            amount=self.amount,
            currency=self.currency,
            trial_days=self.trial_days,
            intro_amount=self.intro_amount,
            intro_months=self.intro_months,
            opens_for_days=self.opens_for_days,
        )
