"""What staff have to look at about money: raised once for its fact, settled when it is over."""

from collections.abc import Mapping
from datetime import datetime

from paywall.payments.models import Concern
from paywall.subscriptions.models import Customer, Subscription


def raise_concern(
    kind: Concern.Kind, fact: str, customer: Customer, text: str, *, now: datetime
) -> None:
    """Put a fact before staff, unless it was before them already.

    `fact` tells it from others of its kind; `text` is for staff, without personal data.
    """
    concern = Concern(
        kind=kind, key=f"{kind.value}:{fact}"[:255], customer=customer, text=text, raised_at=now
    )
    Concern.objects.bulk_create([concern], ignore_conflicts=True)


def fact_of(concern: Concern) -> str:
    """Return the fact that a concern was raised for."""
    return concern.key.removeprefix(f"{concern.kind}:")


def settle(concern: Concern, how: str, *, now: datetime) -> None:
    """Settle a concern, unless somebody has; `how` is added to what staff read."""
    still = Concern.objects.filter(pk=concern.pk, settled_at=None)
    still.update(settled_at=now, text=f"{concern.text} {how}".strip())


def raise_foreign_prices(
    customer: Customer, prices: Mapping[str, str], *, now: datetime
) -> frozenset[str]:
    """Put before staff those of our subscriptions that Stripe charges by a price that is not ours.

    `prices` has the ids of foreign prices by those of their subscriptions. Return the
    subscriptions among them that we know.
    """
    if not prices:
        return frozenset()
    known = Subscription.objects.filter(customer=customer, stripe_id__in=prices)
    for subscription in known:
        price_id = prices[subscription.stripe_id]
        raise_concern(
            Concern.Kind.FOREIGN_PRICE,
            f"{subscription.stripe_id}:{price_id}",
            customer,
            f"Subscription {subscription.stripe_id} was given the price {price_id} at Stripe, "
            f"which is none of ours. It opens what it opened before: {subscription.price}.",
            now=now,
        )
    return frozenset(subscription.stripe_id for subscription in known)
