"""Switching a subscription to another price.

Up is one call: Stripe prorates to the second, charges the rest and changes nothing if the bank
declines. Down is a schedule that changes the price when the period is over. Both begin from what
was last recorded: the idempotency key names that recording, so that of all the clicks made upon
one state of things one is carried out, the same again is answered the same, and another is
refused. https://docs.stripe.com/billing/subscriptions/upgrade-downgrade and
https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime

from paywall.catalog import pricing
from paywall.catalog.models import Price
from paywall.catalog.pricing import RefusedError
from paywall.catalog.terms import Terms
from paywall.payments import discounts
from paywall.payments.comparing import Kind
from paywall.payments.gateway import Gateway, GatewayError, GatewayRefused, Json
from paywall.payments.hindrances import ChangedMeanwhile, Hindered, catch_up
from paywall.payments.models import Publication
from paywall.payments.quoting import (
    NOT_SOLD,
    items_at,
    period_start,
    priced,
    refuse_another_state,
    way_to,
)
from paywall.payments.wanting import EVERY, amount_in_words
from paywall.subscriptions.leaving import MARK, marked
from paywall.subscriptions.models import Subscription
from paywall.subscriptions.switches import Way

WHY = "the reader switched"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the reader saw and said yes to: from which price, on which terms, for how much now."""

    price_before: int
    terms: Terms
    at: datetime
    due: int


def switch(
    stripe: Gateway, subscription: Subscription, price: Price, agreed: Agreed, *, now: datetime
) -> None:
    """Switch as agreed, once; what has been done already is not done again.

    Raises Hindered (with ChangedMeanwhile, when it would not be what was agreed), and
    GatewayError: after GatewayDeclined nothing has changed; after another the same may be asked
    again.
    """
    if _is_done(subscription, price):
        return
    if subscription.price_id != agreed.price_before:
        raise ChangedMeanwhile
    way = way_to(subscription, price)
    stripe_id = _mark_sold(price, agreed.terms, now)
    theirs = stripe.subscription(subscription.stripe_id)
    try:
        refuse_another_state(theirs, subscription)
        if way is Way.LATER:
            _schedule(stripe, theirs, subscription, stripe_id)
        else:
            if way is Way.PAID:
                _refuse_another_amount(stripe, theirs, subscription, price, agreed)
            _change(stripe, theirs, subscription, stripe_id, way, agreed.at)
    except (GatewayError, Hindered) as error:
        _look_again(stripe, subscription, price, error, now)
        return
    changed = stripe.subscription(subscription.stripe_id)
    invoice = (changed.get("latest_invoice") or {}).get("id", "")
    catch_up(stripe, subscription, invoices=[invoice], why=WHY, now=now)


def call_off(stripe: Gateway, subscription: Subscription, *, now: datetime) -> None:
    """Let a switch that waits not happen; a second time changes nothing. Raises GatewayError."""
    theirs = stripe.subscription(subscription.stripe_id)
    release(stripe, theirs)
    catch_up(stripe, subscription, why="the reader called the switch off", now=now)


def release(stripe: Gateway, theirs: Json) -> None:
    """Take a subscription out of its schedule, if it is under one."""
    schedule = theirs.get("schedule")
    if not schedule:
        return
    with contextlib.suppress(GatewayRefused):  # somebody else released it in the same moment
        stripe.release_schedule(schedule["id"])


def going_on(theirs: Json) -> Json:
    """Return what takes a cancellation back, if there is one, with who chose it.

    Of one that was taken back at Stripe, who chose it is left.

    The portal and the dashboard may name a moment, which is taken back in its own words.
    https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    if theirs.get("cancel_at_period_end"):
        return {"cancel_at_period_end": False, **marked(None)}
    if theirs.get("cancel_at"):
        return {"cancel_at": "", **marked(None)}
    return marked(None) if (theirs.get("metadata") or {}).get(MARK) else {}


def _is_done(subscription: Subscription, price: Price) -> bool:
    if subscription.next_price_id:
        return subscription.next_price_id == price.pk
    return subscription.price_id == price.pk


def _mark_sold(price: Price, terms: Terms, now: datetime) -> str:
    """Fix the terms for ever, and return the price's id at Stripe, which has it as agreed."""
    try:
        pricing.sell(price, terms, now=now)
    except RefusedError as error:
        raise ChangedMeanwhile from error
    publication = Publication.objects.filter(price=price, kind=Kind.PRICE.value).first()
    told = publication.told if publication else {}
    amount = amount_in_words(terms.amount, terms.currency)
    if publication is None or (told["amount"], told["paid"]) != (amount, EVERY[terms.interval]):
        raise Hindered(NOT_SOLD)
    return publication.stripe_id


def _refuse_another_amount(
    stripe: Gateway, theirs: Json, subscription: Subscription, price: Price, agreed: Agreed
) -> None:
    if agreed.at < period_start(theirs):  # renewed meanwhile
        raise ChangedMeanwhile
    if priced(stripe, theirs, subscription, price, agreed.at).due != agreed.due:
        raise ChangedMeanwhile


def _key(subscription: Subscription, what: str) -> str:
    """Return the key of whatever is asked for upon the state that was last recorded."""
    return f"{what}-{subscription.stripe_id}-{subscription.recorded_ticket}"


def _change(
    stripe: Gateway,
    theirs: Json,
    subscription: Subscription,
    price_id: str,
    way: Way,
    at: datetime,
) -> None:
    """Change the price at once; then nothing waits any more."""
    asked: Json = {"items": items_at(theirs, price_id), "proration_behavior": "none"}
    if way is Way.PAID:
        asked |= {
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
            "payment_behavior": "error_if_incomplete",
        }
    asked |= going_on(theirs) | discounts.asked_for(theirs)
    stripe.update_subscription(subscription.stripe_id, asked, key=_key(subscription, "switch"))
    # Only now: had the bank declined, what waits would go on waiting.
    release(stripe, theirs)


def _schedule(stripe: Gateway, theirs: Json, subscription: Subscription, price_id: str) -> None:
    """Change the price when the running period is over, in the place of any change that waits."""
    if asked := going_on(theirs):
        stripe.update_subscription(subscription.stripe_id, asked)
    schedule = theirs.get("schedule") or stripe.create_schedule(
        {"from_subscription": subscription.stripe_id}, key=_key(subscription, "schedule")
    )
    item, recurring = theirs["items"]["data"][0], _recurring(price_id)
    stripe.update_schedule(
        schedule["id"],
        {
            "end_behavior": "release",
            "phases": [
                {
                    "items": [{"price": item["price"]["id"], "quantity": 1}],
                    "start_date": schedule["current_phase"]["start_date"],
                    "end_date": item["current_period_end"],
                    "discounts": discounts.named(theirs["discounts"]),
                },
                {
                    "items": [{"price": price_id, "quantity": 1}],
                    "duration": {"interval": recurring, "interval_count": 1},
                    "proration_behavior": "none",
                    "discounts": discounts.named(discounts.taken_along(theirs)),
                },
            ],
        },
    )


def _recurring(price_id: str) -> str:
    price = Publication.objects.select_related("price").get(stripe_id=price_id).price
    if price is None:
        raise ValueError(f"{price_id} is no price.")
    return price.interval


def _look_again(
    stripe: Gateway, subscription: Subscription, price: Price, error: Exception, now: datetime
) -> None:
    """Find out what is true after a failure: this click, or another, may have done it.

    Recording it also gives the next try a key of its own: Stripe repeats a refusal under the
    old one for a day.
    """
    with contextlib.suppress(GatewayError):
        catch_up(stripe, subscription, why=WHY, now=now)
    if not _is_done(subscription, price):
        raise error
