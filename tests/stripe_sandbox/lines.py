"""Invoice lines: what a period costs, and what a change within one gives back or adds.

https://docs.stripe.com/billing/subscriptions/prorations: amounts are prorated to the second, the
unused time of what was paid for is credited and the rest of the period charged anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import coupon_of, rounded, taken_off
from tests.stripe_sandbox.errors import Json


@dataclass(frozen=True)
class Item:
    """What a subscription item takes: its id, a price and how many of it."""

    id: str
    price: Json
    quantity: int

    @property
    def amount(self) -> int:
        """What a whole period of it costs, before discounts."""
        amount: int = self.price["unit_amount"] * self.quantity
        return amount


@dataclass(frozen=True)
class Span:
    """A period, from a moment to another, in seconds since 1970."""

    start: int
    end: int

    def share(self, amount: int, at: int) -> int:
        """Return the part of an amount that the time from a moment to the end costs."""
        return rounded(amount * (self.end - at), self.end - self.start)


def items_of(subscription: Json) -> list[Item]:
    """Return what a subscription's items take."""
    return [
        Item(item["id"], item["price"], item["quantity"]) for item in subscription["items"]["data"]
    ]


def span_of(subscription: Json) -> Span:
    """Return the current period of a subscription; its items share one."""
    first = subscription["items"]["data"][0]
    return Span(first["current_period_start"], first["current_period_end"])


def new_line(
    sandbox: Sandbox, item: Item, amount: int, span: Span, subscription: str | None, **more: object
) -> Json:
    """Make a line; it costs its amount, less its `discount_amounts`."""
    product = sandbox.store.find(item.price["product"])
    name = product["name"] if product else item.price["product"]
    line: Json = {
        "id": sandbox.store.new_id("line_item"), "object": "line_item", "amount": amount,
        "currency": item.price["currency"], "description": f"{item.quantity} × {name}",
        "discount_amounts": [], "discountable": True, "discounts": [], "invoice": None,
        "livemode": False, "metadata": {},
        "parent": _parent(item, subscription) if subscription else None,
        "period": {"start": span.start, "end": span.end}, "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": item.price["id"], "product": item.price["product"]},
            "unit_amount_decimal": item.price["unit_amount_decimal"],
        },
        "quantity": item.quantity, "quantity_decimal": str(item.quantity),
        "subscription": subscription, "subtotal": amount, "taxes": [],
    }  # fmt: skip
    return line | more


def _parent(item: Item, subscription: str) -> Json:
    details: Json = {
        "invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
        "subscription": subscription, "subscription_item": item.id,
    }  # fmt: skip
    return {
        "type": "subscription_item_details", "subscription_item_details": details,
        "invoice_item_details": None,
    }  # fmt: skip


def period_lines(
    sandbox: Sandbox, subscription: Json, items: list[Item], span: Span, *, free: bool = False
) -> list[Json]:
    """Return the lines for a whole period of a subscription; on trial it costs nothing."""
    lines = [
        new_line(sandbox, item, 0 if free else item.amount, span, subscription["id"])
        for item in items
    ]
    for line in lines if free else []:
        line["description"] = f"Free trial for {line['description']}"
    return lines


def change_lines(
    sandbox: Sandbox, subscription: Json, after: list[Item], at: int, *, only_credit: bool
) -> list[Json]:
    """Return the credits and charges of a change of items at a moment within the period.

    only_credit: when a new period begins with the change, the rest of the old one is not charged.
    """
    span = span_of(subscription)
    before = {item.id: item for item in items_of(subscription)}
    kept = {item.id: item for item in after}
    lines = [
        _credit(sandbox, subscription, item, span, at)
        for item in before.values()
        if only_credit or kept.get(item.id) != item
    ]
    if not only_credit:
        lines += [
            _charge(sandbox, subscription, item, span, at)
            for item in after
            if before.get(item.id) != item
        ]
    return lines


def _credit(sandbox: Sandbox, subscription: Json, item: Item, span: Span, at: int) -> Json:
    """Give back the unused part of what was charged for an item, less what was off it then."""
    paid_off = sandbox.store.details(subscription["id"]).get("taken_off", {}).get(item.id, [])
    line = _prorated(sandbox, subscription, item, -span.share(item.amount, at), Span(at, span.end))
    line["description"] = f"Unused time on {line['description']} after {moment(at):%d %b %Y}"
    line["discountable"] = False
    line["discount_amounts"] = [
        {"amount": -span.share(each["amount"], at), "discount": each["discount"]}
        for each in paid_off
    ]
    return line


def _charge(sandbox: Sandbox, subscription: Json, item: Item, span: Span, at: int) -> Json:
    line = _prorated(sandbox, subscription, item, span.share(item.amount, at), Span(at, span.end))
    line["description"] = f"Remaining time on {line['description']} after {moment(at):%d %b %Y}"
    return line


def _prorated(sandbox: Sandbox, subscription: Json, item: Item, amount: int, span: Span) -> Json:
    line = new_line(sandbox, item, amount, span, subscription["id"])
    details = line["parent"]["subscription_item_details"]
    details["proration"] = True
    details["invoice_item"] = sandbox.store.new_id("invoiceitem")
    return line


def discount_lines(sandbox: Sandbox, lines: list[Json], discounts: list[str], at: int) -> None:
    """Take the discounts in force at a moment off the lines that may be discounted."""
    for discount_id in discounts:
        discount = sandbox.store.get("discount", discount_id)
        if discount["end"] is not None and discount["end"] <= at:
            continue
        coupon = coupon_of(sandbox, discount["source"]["coupon"])
        fit = [line for line in lines if line["discountable"] and _applies(coupon, line)]
        left = [line["amount"] - _off(line) for line in fit]
        for line, amount in zip(fit, taken_off(_prorated_coupon(coupon, fit), left), strict=True):
            line["discount_amounts"].append({"amount": amount, "discount": discount_id})
            line["discounts"].append(discount_id)


def _applies(coupon: Json, line: Json) -> bool:
    products = coupon.get("applies_to", {}).get("products")
    return not products or line["pricing"]["price_details"]["product"] in products


def _prorated_coupon(coupon: Json, lines: list[Json]) -> Json:
    """Return a coupon whose amount off is cut to the part of the period that the lines cover."""
    if coupon["amount_off"] is None:
        return coupon
    whole = sum(int(li["pricing"]["unit_amount_decimal"]) * li["quantity"] for li in lines)
    covered = sum(line["amount"] for line in lines)
    return {**coupon, "amount_off": rounded(coupon["amount_off"] * covered, whole or 1)}


def _off(line: Json) -> int:
    return sum(each["amount"] for each in line["discount_amounts"])
