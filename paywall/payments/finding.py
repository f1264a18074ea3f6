"""What Stripe has of our catalogue, in our words."""

from collections.abc import Mapping, Sequence
from typing import Any

from paywall.payments.comparing import SALE, Key, Kind, Theirs
from paywall.payments.gateway import Gateway, Json
from paywall.payments.wanting import EVERY, amount_in_words, months_in_words


def find(gateway: Gateway, *, known: Mapping[Key, str]) -> Sequence[Theirs]:
    """Return what stands at Stripe for the things known here, and other prices of our packages.

    `known` has for each key the id at Stripe, or "" where nothing was published. Products of
    somebody else's, in the same account, are none of ours.
    """
    ids = set(known.values()) - {""}

    def is_ours(one: Theirs) -> bool:
        return one.stripe_id in ids or (one.kind, one.public_id) in known

    products = [one for one in map(_product, gateway.products()) if is_ours(one)]
    ours = {product.stripe_id for product in products}
    prices = [
        one for one, product in map(_price, gateway.prices()) if is_ours(one) or product in ours
    ]
    coupons = [one for one in map(_coupon, gateway.coupons()) if is_ours(one)]
    return [*products, *prices, *coupons]


def _product(product: Json) -> Theirs:
    images = product["images"]
    return Theirs(
        Kind.PACKAGE,
        _public_id(product, Kind.PACKAGE),
        product["id"],
        {
            "name": product["name"],
            "description": product["description"] or "",
            "picture": images[0] if images else "",
            SALE: product["active"],
        },
        product["name"],
    )


def _price(price: Json) -> tuple[Theirs, str]:
    """Return the price, and the id of its product."""
    amount = _amount(price["unit_amount"], price["currency"])
    paid = _paid(price["recurring"])
    found = Theirs(
        Kind.PRICE,
        _public_id(price, Kind.PRICE),
        price["id"],
        {
            "amount": amount,
            "paid": paid,
            "lookup key": price["lookup_key"] or "",
            SALE: price["active"],
        },
        f"{price['id']}, {amount} {paid}",
    )
    return found, price["product"]


def _coupon(coupon: Json) -> Theirs:
    return Theirs(
        Kind.OFFER,
        _public_id(coupon, Kind.OFFER),
        coupon["id"],
        {
            "name": coupon["name"] or "",
            "amount off": _amount(coupon["amount_off"], coupon["currency"]),
            "lasts": _lasts(coupon),
            SALE: coupon["valid"],
        },
        coupon["name"] or coupon["id"],
    )


def _public_id(thing: Json, kind: Kind) -> str:
    return str((thing["metadata"] or {}).get(kind.value, ""))


def _amount(amount: int | None, currency: str | None) -> str:
    """Return "12.00 EUR"; "" for what has no such amount: tiers, shares, parts of a cent."""
    return "" if amount is None or currency is None else amount_in_words(amount, currency.upper())


def _paid(recurring: Mapping[str, Any] | None) -> str:
    if recurring is None:
        return EVERY["once"]
    if recurring["interval_count"] == 1:
        return EVERY[recurring["interval"]]
    return f"every {recurring['interval_count']} {recurring['interval']}s"


def _lasts(coupon: Json) -> str:
    if coupon["duration"] == "forever":
        return "forever"
    return months_in_words(coupon["duration_in_months"])
