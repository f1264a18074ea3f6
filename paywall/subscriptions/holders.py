"""How many readers have what is sold. Counted by the database, for lists of packages and prices."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from paywall.entitlements.models import Entitlement
from paywall.subscriptions.models import Purchase, Subscription

Sold = TypeVar("Sold", bound=QuerySet[Any])


def with_holders(sold: Sold, *, by: str, now: datetime) -> Sold:
    """Add `subscribers`, whose subscriptions run, and `pass_holders`, whose passes open stories.

    `by` leads from a subscription or a pass to what is sold: "price", or "price__package".
    """
    running = Subscription.objects.running().filter(**{by: OuterRef("pk")})
    passes = Purchase.objects.filter(
        **{by: OuterRef("pk")}, entitlement__in=Entitlement.objects.in_force(now)
    )
    return sold.annotate(subscribers=_count(running, by), pass_holders=_count(passes, by))


def _count(rows: QuerySet[Subscription] | QuerySet[Purchase], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
