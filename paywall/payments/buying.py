"""What a reader would pay, and what stands in the way of buying. Questions: nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import Reader
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Terms
from paywall.entitlements.models import Entitlement
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Purchase, Subscription
from paywall.subscriptions.snapshot import Status


class Why(StrEnum):
    """What stands in the way."""

    HAS_IT = "has it"  # subscribes at this very price
    SUBSCRIBES = "subscribes"  # to something else: a switch, not a second one
    ON_ITS_WAY = "on its way"  # ordered, and the bank has not paid yet
    READS_IT = "reads it"  # a pass that would open nothing new


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a price is not sold to a reader now. `until`: how long they read it; None: no end."""

    why: Why
    until: datetime | None = None


def subscription_of(reader: Reader) -> Subscription | None:
    """Return the subscription that the reader has running, or that is being paid right now.

    Checkout leaves one incomplete while a bank takes its time; Stripe closes it a day later.
    """
    found = Subscription.objects.filter(customer__reader=reader).select_related("price__package")
    running = found.running().order_by("started_at").first()
    return running or found.filter(status=Status.INCOMPLETE.value).first()


def obstacle_to(reader: Reader, price: Price, *, now: datetime) -> Obstacle | None:
    """Return what stands in the way of selling this price to this reader."""
    if price.terms.renews:
        subscription = subscription_of(reader)
        if subscription is None:
            return None
        if subscription.status == Status.INCOMPLETE:
            return Obstacle(Why.ON_ITS_WAY)
        same = subscription.price_id == price.pk
        return Obstacle(Why.HAS_IT if same else Why.SUBSCRIBES)
    if _ordered(reader, price.package).exists():
        return Obstacle(Why.ON_ITS_WAY)
    return _reads(reader, price.package, now=now)


def terms_for(reader: Reader, price: Price) -> Terms:
    """Return the terms of a price for this reader: free days and an offer are given once."""
    return TermsFor(reader).of(price)


class TermsFor:
    """The terms of several prices for one reader, whose past is asked for once at most."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, price: Price) -> Terms:
        """Return the terms of a price: free days and an offer are given once."""
        terms = price.terms
        if terms.trial_days and self._had_trial:
            return terms.without_beginning()
        if terms.intro_amount is not None and self._had_offer:
            return terms.without_beginning()
        return terms

    @cached_property
    def _had_trial(self) -> bool:
        theirs = Subscription.objects.filter(customer__reader=self._reader)
        return theirs.exclude(trial_ends_at=None).exists()

    @cached_property
    def _had_offer(self) -> bool:
        return CheckoutAttempt.objects.filter(
            reader=self._reader,
            state=CheckoutAttempt.State.PAID,
            price__intro_amount__isnull=False,
        ).exists()


def _ordered(reader: Reader, package: Package) -> QuerySet[Purchase]:
    """Keep the passes that a bank has still to pay; a card declined at Checkout orders nothing."""
    attempts = CheckoutAttempt.objects.filter(reader=reader)
    unfinished = attempts.exclude(state=CheckoutAttempt.State.PAID).values("session_id")
    passes = Purchase.objects.filter(customer__reader=reader, price__package=package)
    return passes.filter(paid_at=None, failed=False).exclude(stripe_id__in=unfinished)


def _reads(reader: Reader, package: Package, *, now: datetime) -> Obstacle | None:
    """Tell whether the reader reads all of a package already, and until when."""
    rights = list(
        Entitlement.objects.in_force(now)
        .filter(reader=reader)
        .select_related("subscription")
        .prefetch_related("sections")
    )
    parts = [None] if package.everything else list(package.sections.all())
    ends = []
    for section in parts:
        opening = [right for right in rights if right.everything or section in right.sections.all()]
        if not opening:
            return None
        lasting = [_end_of(right) for right in opening]
        ends.append(None if None in lasting else max(end for end in lasting if end))
    known = [end for end in ends if end]
    return Obstacle(Why.READS_IT, min(known, default=None))


def _end_of(right: Entitlement) -> datetime | None:
    """Return the end that a reader would name: a subscription renews until it is cancelled."""
    subscription: Subscription | None = getattr(right, "subscription", None)
    return subscription.cancels_at if subscription else right.ends_at
