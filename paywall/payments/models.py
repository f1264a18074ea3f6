"""What Stripe was told, what it tells us, and what staff have to look at."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from paywall.catalog.models import Package, Price
from paywall.payments.comparing import Kind
from paywall.subscriptions.models import Customer


class Publication(models.Model):
    """What Stripe was last told of a package, a price or an introductory offer.

    By it a change made here is told from one made in Stripe's dashboard. What was published is
    never deleted here: Stripe would go on selling it.
    """

    kind = models.CharField(max_length=8, choices=[(kind.value, kind.label) for kind in Kind])
    package = models.ForeignKey(Package, models.PROTECT, related_name="publications")
    price = models.ForeignKey(
        Price, models.PROTECT, null=True, blank=True, related_name="publications"
    )
    stripe_id = models.CharField(max_length=255)
    told = models.JSONField(help_text="The fields and their values, in our words.")
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["package"], condition=Q(kind="package"), name="package_published_once"
            ),
            models.UniqueConstraint(
                fields=["price", "kind"],
                condition=~Q(kind="package"),
                name="price_and_offer_published_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="package", price=None)
                | (~Q(kind="package") & Q(price__isnull=False)),
                name="publication_names_its_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} at Stripe: {self.price or self.package}"


class CheckoutAttemptQuerySet(models.QuerySet["CheckoutAttempt"]):
    def open(self) -> Self:
        """Keep those that may still be paid, as far as we know."""
        return self.filter(state=CheckoutAttempt.State.OPEN)


class CheckoutAttempt(models.Model):
    """A reader on the way to paying. At most one is open; it owns the idempotency key.

    Everything that Stripe is asked for follows from this row, so that asking again is asking
    the same. `back_to` is the path of the story that the reader came from, or its address where
    that is another site's; `story` its key.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PAID = "paid", "Paid"
        EXPIRED = "expired", "Expired"

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="checkout_attempts"
    )
    price = models.ForeignKey(Price, models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    session_id = models.CharField(max_length=255, blank=True, db_index=True)
    session_url = models.URLField(max_length=2000, blank=True)
    back_to = models.CharField(max_length=500, blank=True)
    story = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="When Stripe closes the session by itself.")
    finished_at = models.DateTimeField(null=True, help_text="When we heard that it was paid.")

    objects = CheckoutAttemptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reader"], condition=Q(state="open"), name="one_open_checkout_per_reader"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.price}"

    @property
    def is_elsewhere(self) -> bool:
        """Whether the reader reads on another site, which had itself named before."""
        return bool(self.back_to) and not self.back_to.startswith("/")


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, at: datetime) -> Self:
        """Keep what is to be handled, by whoever takes it first, at the given moment."""
        return self.filter(handled_at=None, given_up_at=None, next_try_at__lte=at)


class StripeEvent(models.Model):
    """Something that Stripe told us, kept before it is answered.

    `outcome` says what became of it, for staff. `next_try_at` moves on with every try, so that
    one who crashed is followed by another.
    """

    stripe_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    customer_id = models.CharField(max_length=255, blank=True)
    object = models.JSONField(help_text="The names in it that say what to fetch.")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True, help_text="Failed too often: staff look at it.")
    outcome = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(blank=True)

    objects = StripeEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(handled_at=None, given_up_at=None),
                name="stripe_event_due",
            ),
            models.Index(fields=["happened_at"], name="stripe_event_happened"),
            models.Index(fields=["customer_id"], name="stripe_event_customer"),
            models.Index(
                fields=["given_up_at"],
                condition=Q(handled_at=None, given_up_at__isnull=False),
                name="stripe_event_given_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}"


class Concern(models.Model):
    """Something about money that staff have to look at; the key is its fact, so it comes once."""

    class Kind(models.TextChoices):
        DISPUTE = "dispute", "A payment is disputed"
        DOUBLE = "double", "Two subscriptions run at once"
        FOREIGN_PRICE = "foreign_price", "A subscription has a price that is not ours"
        NOT_CANCELLED = "not_cancelled", "A subscription could not be cancelled at Stripe"

    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=255, unique=True)
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="concerns"
    )
    text = models.TextField()
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True, help_text="Empty: still open.")

    class Meta:
        ordering = ("-raised_at",)

    def __str__(self) -> str:
        return self.get_kind_display()


class Reconciliation(models.Model):
    """One comparison with Stripe: each difference, and what was done about it."""

    class Kind(models.TextChoices):
        EVENTS = "events", "Events that we missed"
        EVERYTHING = "everything", "Subscriptions, customers and prices"

    kind = models.CharField(max_length=12, choices=Kind)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list, help_text="Sentences.")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-began_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(ended_at=None), name="one_comparison_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.began_at:%Y-%m-%d %H:%M}"
