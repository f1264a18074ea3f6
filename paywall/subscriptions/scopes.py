"""Keeping what subscribers read in step with what their package opens, when staff change it."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from paywall.catalog.models import Package
from paywall.entitlements.models import Entitlement
from paywall.subscriptions import recording
from paywall.subscriptions.models import Customer, Purchase, Subscription

WHY = "its package opens something else"
SECTION = OuterRef("section")


def follow_packages(*, now: datetime) -> int:
    """Have everybody read what their package opens today; return how many customers did not."""
    out_of_step = {pk for rows in strayed(now) for pk in rows.values_list("customer", flat=True)}
    for pk in sorted(out_of_step):
        recording.follow_again(Customer.objects.get(pk=pk), why=WHY, now=now)
    return len(out_of_step)


def strayed(now: datetime) -> Iterator[QuerySet[Subscription] | QuerySet[Purchase]]:
    """Give what opens stories now, and others than its package does."""
    in_force = Q(entitlement__ends_at=None) | Q(entitlement__ends_at__gt=now)
    ours, theirs = Entitlement.sections.through.objects, Package.sections.through.objects
    lacks = theirs.filter(package=OuterRef("price__package")).exclude(
        Exists(ours.filter(entitlement=OuterRef(OuterRef("entitlement")), section=SECTION))
    )
    has_more = ours.filter(entitlement=OuterRef("entitlement")).exclude(
        Exists(theirs.filter(package=OuterRef(OuterRef("price__package")), section=SECTION))
    )
    everything = F("price__package__everything")
    differs = ~Q(entitlement__everything=everything) | (
        Q(price__package__everything=False) & (Exists(lacks) | Exists(has_more))
    )
    for model in (Subscription, Purchase):
        yield model.objects.filter(in_force, differs, entitlement__isnull=False)
