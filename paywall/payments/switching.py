"""Switching a subscription to another price: what is offered, what it costs now, and doing it.

Up is one call: Stripe prorates to the second, charges the rest and changes nothing if the bank
declines. Down is a schedule that changes the price when the period is over. Both begin from what
was last recorded: the idempotency key names that recording, so that of all the clicks made upon
one state of things one is carried out, the same again is answered the same, and another is
refused. https://docs.stripe.com/billing/subscriptions/upgrade-downgrade and
https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.catalog.pricing import RefusedError
from paywall.catalog.terms import Terms
from paywall.payments.comparing import Kind
from paywall.payments.gateway import (
    Gateway,
    GatewayError,
    GatewayRefused,
    Json,
)
from paywall.payments.hindrances import ChangedMeanwhile, Hindered, catch_up
from paywall.payments.models import Publication
from paywall.payments.wanting import EVERY, amount_in_words
from paywall.subscriptions import switches
from paywall.subscriptions.models import Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import Hindrance, Way

WHY = "the reader switched"
PAY_FIRST = "Your last payment has not come through yet. Pay it first, then you can switch."
NOT_NOW = "This subscription is over, so there is nothing to switch. Choose a package instead."
NOT_SOLD = "This price is no longer on offer. Choose another."


@dataclass(frozen=True, slots=True)
class Choice:
    """A price that a subscription may be switched to, and how."""

    price: Price
    way: Way


@dataclass(frozen=True, slots=True)
class Quote:
    """What a switch means in money, in the currency's smallest unit, at a moment.

    `due` is charged at once; it is what `charged` for the new price exceeds `credited` for the
    rest of the old one by, and what other credit takes off. `paid_from`: when the new price is
    paid in full for the first time after that. `discounted`: some of it is taken off then.
    """

    price: Price
    way: Way
    at: datetime
    due: int
    charged: int
    credited: int
    paid_from: datetime
    discounted: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the reader saw and said yes to: from which price, on which terms, for how much now."""

    price_before: int
    terms: Terms
    at: datetime
    due: int


def choices_for(subscription: Subscription) -> Sequence[Choice]:
    """Return what a subscription can be switched to, in the order of the packages.

    Four queries. The new price of one's own package is offered only where it is lower. Raises
    Hindered for a subscription that cannot be switched now.
    """
    hindrance = switches.hindrance_of(Status(subscription.status), subscription.reason)
    if hindrance is not None:
        raise Hindered(PAY_FIRST if hindrance is Hindrance.PAY_FIRST else NOT_NOW)
    before, on_trial = subscription.price.terms, subscription.status == Status.TRIALING
    published = set(
        Publication.objects.filter(kind=Kind.PRICE.value).values_list("price_id", flat=True)
    )
    prices = [
        price
        for package in Package.objects.on_offer()
        for price in package.prices.all()
        if price.pk in published and price.pk != subscription.price_id
    ]
    return [
        Choice(price, switches.way_of(before, price.terms, on_trial=on_trial))
        for price in prices
        if switches.fits(before, price.terms) and not _is_worse(price, subscription.price)
    ]


def offer_to_stay(subscription: Subscription) -> Choice | None:
    """Return the one thing to offer somebody who is about to cancel."""
    try:
        choices = choices_for(subscription)
    except Hindered:
        return None
    others = [
        (one.price.terms, one.price.package_id == subscription.price.package_id) for one in choices
    ]
    number = switches.staying(subscription.price.terms, others)
    return None if number is None else choices[number]


def quote(stripe: Gateway, subscription: Subscription, price: Price, *, now: datetime) -> Quote:
    """Return what switching now would mean; only asks. Raises Hindered and GatewayError."""
    way = _way(subscription, price)
    at = max(now.replace(microsecond=0), subscription.period_starts_at)
    if way is not Way.PAID:
        ends = subscription.period_ends_at
        discounted = bool(subscription.discount_ends_at and subscription.discount_ends_at > ends)
        return Quote(price, way, at, 0, 0, 0, ends, discounted)
    theirs = stripe.subscription(subscription.stripe_id)
    _refuse_another_state(theirs, subscription)
    return _priced(stripe, theirs, subscription, price, at)


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
    way = _way(subscription, price)
    stripe_id = _mark_sold(price, agreed.terms, now)
    theirs = stripe.subscription(subscription.stripe_id)
    try:
        _refuse_another_state(theirs, subscription)
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


def _way(subscription: Subscription, price: Price) -> Way:
    """Return how a switch would be made. Raises Hindered where it would not."""
    for choice in choices_for(subscription):
        if choice.price == price:
            return choice.way
    raise Hindered(NOT_SOLD)


def _is_worse(price: Price, held: Price) -> bool:
    same = price.package_id == held.package_id and price.interval == held.interval
    return same and price.amount >= held.amount


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


def _refuse_another_state(theirs: Json, subscription: Subscription) -> None:
    """Raise ChangedMeanwhile unless Stripe has the subscription at the price that we have."""
    publication = Publication.objects.filter(
        price=subscription.price_id, kind=Kind.PRICE.value
    ).first()
    price_id = theirs["items"]["data"][0]["price"]["id"]
    if publication is None or price_id != publication.stripe_id:
        raise ChangedMeanwhile


def _refuse_another_amount(
    stripe: Gateway, theirs: Json, subscription: Subscription, price: Price, agreed: Agreed
) -> None:
    if _priced(stripe, theirs, subscription, price, agreed.at).due != agreed.due:
        raise ChangedMeanwhile


def _priced(
    stripe: Gateway, theirs: Json, subscription: Subscription, price: Price, at: datetime
) -> Quote:
    """Ask Stripe what it would charge at once."""
    publication = Publication.objects.get(price=price, kind=Kind.PRICE.value)
    details = {
        "items": _items(theirs, publication.stripe_id),
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
    }
    invoice = stripe.preview_invoice(
        {"subscription": subscription.stripe_id, "subscription_details": details}
    )
    if not invoice["lines"]["data"]:  # it is switched already
        raise ChangedMeanwhile
    lines = [_amount_of(line) for line in invoice["lines"]["data"]]
    until = datetime.fromtimestamp(
        max(line["period"]["end"] for line in invoice["lines"]["data"]), UTC
    )
    ends = subscription.discount_ends_at
    return Quote(
        price,
        Way.PAID,
        at,
        due=invoice["amount_due"],
        charged=sum(amount for amount in lines if amount > 0),
        credited=-sum(amount for amount in lines if amount < 0),
        paid_from=until,
        discounted=ends is not None and ends > until,
    )


def _amount_of(line: Json) -> int:
    """Return what a line costs, less its discounts (of a credit both are below nothing)."""
    discounts: list[Json] = line["discount_amounts"] or []
    return int(line["amount"]) - sum(int(each["amount"]) for each in discounts)


def _items(theirs: Json, price_id: str) -> list[Json]:
    return [{"id": theirs["items"]["data"][0]["id"], "price": price_id}]


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
    asked: Json = {"items": _items(theirs, price_id), "proration_behavior": "none"}
    if way is Way.PAID:
        asked |= {
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
            "payment_behavior": "error_if_incomplete",
        }
    if theirs.get("cancel_at"):
        asked["cancel_at_period_end"] = False
    stripe.update_subscription(subscription.stripe_id, asked, key=_key(subscription, "switch"))
    # Only now: had the bank declined, what waits would go on waiting.
    release(stripe, theirs)


def _schedule(stripe: Gateway, theirs: Json, subscription: Subscription, price_id: str) -> None:
    """Change the price when the running period is over, in the place of any change that waits."""
    if theirs.get("cancel_at"):
        stripe.update_subscription(subscription.stripe_id, {"cancel_at_period_end": False})
    schedule = theirs.get("schedule") or stripe.create_schedule(
        {"from_subscription": subscription.stripe_id}, key=_key(subscription, "schedule")
    )
    item, recurring = theirs["items"]["data"][0], _recurring(price_id)
    today = schedule["phases"][0]
    kept = [{"discount": each["discount"]} for each in today["discounts"] if each.get("discount")]
    discounts = {"discounts": kept} if kept else {}
    stripe.update_schedule(
        schedule["id"],
        {
            "end_behavior": "release",
            "phases": [
                {
                    "items": [{"price": item["price"]["id"], "quantity": 1}],
                    "start_date": schedule["current_phase"]["start_date"],
                    "end_date": item["current_period_end"],
                    **discounts,
                },
                {
                    "items": [{"price": price_id, "quantity": 1}],
                    "duration": {"interval": recurring, "interval_count": 1},
                    "proration_behavior": "none",
                    **discounts,
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
