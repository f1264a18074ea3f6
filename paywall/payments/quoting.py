"""What a subscription can be switched to, and what that costs. Questions: nothing changes by them.

https://docs.stripe.com/api/invoices/create_preview
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paywall.catalog.models import Package, Price
from paywall.payments import discounts
from paywall.payments.comparing import Kind
from paywall.payments.gateway import Gateway, Json
from paywall.payments.hindrances import ChangedMeanwhile, Hindered
from paywall.payments.models import Publication
from paywall.subscriptions import switches
from paywall.subscriptions.models import Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import Hindrance, Way

WORDS = {
    Hindrance.PAY_FIRST: (
        "Your last payment has not come through yet. Pay it first, then you can switch."
    ),
    Hindrance.DISPUTED: (
        "Your bank is asking for a payment back, so there is nothing to switch until that is "
        "settled. To have another package now, cancel this one first."
    ),
    Hindrance.END_FIRST: (
        "This subscription cannot be switched. Cancel it on this page, which ends it at once, "
        "and then choose a package."
    ),
    Hindrance.OVER: (
        "This subscription is over, so there is nothing to switch. Choose a package instead."
    ),
}
NOT_SOLD = "This price is no longer on offer. Choose another."


@dataclass(frozen=True, slots=True)
class Choice:
    """A price that a subscription may be switched to, and how."""

    price: Price
    way: Way


@dataclass(frozen=True, slots=True)
class Quote:
    """What a switch means in money, in the currency's smallest unit, at a moment.

    `due` is charged at once: `charged` for the new price, less `credited` for the unused rest of
    the old one, less whatever other credit the reader has with us. `reduced`: a discount is off
    already. `paid_from`: when the new price is paid next, in full unless `discounted`.
    """

    price: Price
    way: Way
    at: datetime
    due: int
    charged: int
    credited: int
    paid_from: datetime
    discounted: bool
    reduced: bool = False


def choices_for(subscription: Subscription) -> Sequence[Choice]:
    """Return what a subscription can be switched to, in the order of the packages.

    Four queries. The new price of one's own package is offered only where it is lower. Raises
    Hindered for a subscription that cannot be switched now.
    """
    hindrance = switches.hindrance_of(Status(subscription.status), subscription.reason)
    if hindrance is not None:
        raise Hindered(WORDS[hindrance])
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
    way, at = way_to(subscription, price), now.replace(microsecond=0)
    if way is not Way.PAID:
        ends = subscription.period_ends_at
        discounted = bool(
            subscription.discount_ends_at
            and subscription.discount_ends_at > ends
            and discounts.last_beyond(stripe.subscription(subscription.stripe_id), ends)
        )
        return Quote(price, way, at, 0, 0, 0, ends, discounted)
    theirs = stripe.subscription(subscription.stripe_id)
    refuse_another_state(theirs, subscription)
    return priced(stripe, theirs, subscription, price, max(at, period_start(theirs)))


def way_to(subscription: Subscription, price: Price) -> Way:
    """Return how a switch would be made. Raises Hindered where it would not."""
    for choice in choices_for(subscription):
        if choice.price == price:
            return choice.way
    raise Hindered(NOT_SOLD)


def priced(
    stripe: Gateway, theirs: Json, subscription: Subscription, price: Price, at: datetime
) -> Quote:
    """Ask Stripe what it would charge at once. Raises ChangedMeanwhile, and GatewayError."""
    publication = Publication.objects.get(price=price, kind=Kind.PRICE.value)
    details = {
        "items": items_at(theirs, publication.stripe_id),
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
    }
    invoice = stripe.preview_invoice(
        {
            "subscription": subscription.stripe_id,
            "subscription_details": details,
            **discounts.asked_for(theirs),
        }
    )
    if not invoice["lines"]["data"]:  # it is switched already
        raise ChangedMeanwhile
    lines = [_amount_of(line) for line in invoice["lines"]["data"]]
    until = datetime.fromtimestamp(
        max(line["period"]["end"] for line in invoice["lines"]["data"]), UTC
    )
    return Quote(
        price,
        Way.PAID,
        at,
        due=invoice["amount_due"],
        charged=sum(amount for amount in lines if amount > 0),
        credited=-sum(amount for amount in lines if amount < 0),
        paid_from=until,
        discounted=discounts.last_beyond(theirs, until),
        reduced=any(_amount_of(line) < line["amount"] for line in invoice["lines"]["data"]),
    )


def refuse_another_state(theirs: Json, subscription: Subscription) -> None:
    """Raise ChangedMeanwhile unless Stripe has the subscription at the price that we have."""
    publication = Publication.objects.filter(
        price=subscription.price_id, kind=Kind.PRICE.value
    ).first()
    price_id = theirs["items"]["data"][0]["price"]["id"]
    if publication is None or price_id != publication.stripe_id:
        raise ChangedMeanwhile


def period_start(theirs: Json) -> datetime:
    """Return when the running period began, as Stripe has it."""
    return datetime.fromtimestamp(theirs["items"]["data"][0]["current_period_start"], UTC)


def items_at(theirs: Json, price_id: str) -> list[Json]:
    """Return what asks for another price of a subscription."""
    return [{"id": theirs["items"]["data"][0]["id"], "price": price_id}]


def _is_worse(price: Price, held: Price) -> bool:
    same = price.package_id == held.package_id and price.interval == held.interval
    return same and price.amount >= held.amount


def _amount_of(line: Json) -> int:
    """Return what a line costs, less its discounts (of a credit both are below nothing)."""
    taken_off: list[Json] = line["discount_amounts"] or []
    return int(line["amount"]) - sum(int(each["amount"]) for each in taken_off)
