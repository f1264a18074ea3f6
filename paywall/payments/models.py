"""What Stripe was told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paywall.catalog.models import Package, Price
from paywall.payments.comparing import Kind


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
