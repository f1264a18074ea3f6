"""A subscription's beginning (https://docs.stripe.com/billing/subscriptions/overview)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.stripe_sandbox.clock import DAY, HOUR, next_end
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import coupon_of, give
from tests.stripe_sandbox.drawing_up import for_subscription
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import list_of
from tests.stripe_sandbox.invoices import collect, finalize, issue
from tests.stripe_sandbox.lines import Item, Span, discount_lines, items_of, period_lines

INCOMPLETE_FOR = 23 * HOUR
WARNED_BEFORE_TRIAL_ENDS = 3 * DAY
WARNED_BEFORE_RENEWAL = 7 * DAY


@dataclass(frozen=True)
class Order:
    """What a new subscription is to be."""

    customer: Json
    items: list[tuple[Json, int]]
    method: str | None = None
    discounts: list[Json] = field(default_factory=list)
    trial_end: int | None = None
    missing_method: str = "create_invoice"
    metadata: Json = field(default_factory=dict)
    description: str | None = None
    cancel_at_period_end: bool = False
    present: bool = False
    behavior: str = "allow_incomplete"


def same_interval(prices: list[Json]) -> Json:
    """Return the interval that all these prices share, or fail."""
    for price in prices:
        if price["recurring"] is None:
            raise invalid("The price specified is set to `type=one_time` but this field only "
                          "accepts prices with `type=recurring`.", "items")  # fmt: skip
        if not price["active"]:
            raise invalid(f"The price specified is inactive: {price['id']}.", "items")
    intervals = {(p["recurring"]["interval"], p["recurring"]["interval_count"]) for p in prices}
    if len(intervals) != 1 or len({price["currency"] for price in prices}) != 1:
        raise invalid("The sandbox takes one interval and currency per subscription.", "items")
    recurring: Json = prices[0]["recurring"]
    return recurring


def begin(sandbox: Sandbox, order: Order) -> Json:
    """Make a subscription with its first invoice, and try to get that paid."""
    subscription = _new(sandbox, order)
    given = [
        give(sandbox, each, order.customer["id"], subscription["id"]) for each in order.discounts
    ]
    subscription["discounts"] = [discount["id"] for discount in given]
    span = Span(subscription["items"]["data"][0]["current_period_start"],
                subscription["items"]["data"][0]["current_period_end"])  # fmt: skip
    lines = cycle_lines(sandbox, subscription, items_of(subscription), span)
    drawn = for_subscription(sandbox, subscription, lines, span, "subscription_create")
    invoice = issue(sandbox, drawn)
    subscription["latest_invoice"] = invoice["id"]
    sandbox.emit("customer.subscription.created", subscription)
    for discount in given:
        sandbox.emit("customer.discount.created", discount)
    plan_period(sandbox, subscription)
    finalize(sandbox, invoice)
    if order.behavior != "default_incomplete" or not invoice["amount_due"]:
        collect(sandbox, invoice, present=order.present)
    drop_single_use(sandbox, subscription)
    if subscription["status"] == "incomplete":
        sandbox.clock.plan(sandbox.now + INCOMPLETE_FOR, "incomplete", subscription["id"])
    return subscription


def _new(sandbox: Sandbox, order: Order) -> Json:
    recurring = same_interval([price for price, _ in order.items])
    now, trial = sandbox.now, order.trial_end
    anchor = trial or now
    end = trial or next_end(now, now, recurring["interval"], recurring["interval_count"])
    subscription = sandbox.new(
        "subscription", application=None, application_fee_percent=None,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=anchor, billing_cycle_anchor_config=None,
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        billing_schedules=[], billing_thresholds=None,
        cancel_at=end if order.cancel_at_period_end else None,
        cancel_at_period_end=order.cancel_at_period_end,
        canceled_at=now if order.cancel_at_period_end else None,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically", currency=order.items[0][0]["currency"],
        customer=order.customer["id"], days_until_due=None, default_payment_method=order.method,
        default_source=None, default_tax_rates=[], description=order.description, discounts=[],
        ended_at=None,
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        latest_invoice=None, metadata=order.metadata, next_pending_invoice_item_invoice=None,
        on_behalf_of=None, pause_collection=None,
        payment_settings={"payment_method_options": None, "payment_method_types": None,
                          "save_default_payment_method": "off"},
        pending_invoice_item_interval=None, pending_setup_intent=None, pending_update=None,
        schedule=None, start_date=now, status="trialing" if trial else "incomplete",
        test_clock=None, transfer_data=None, trial_end=trial, trial_start=now if trial else None,
        trial_settings={"end_behavior": {"missing_payment_method": order.missing_method}},
    )  # fmt: skip
    items = [new_item(sandbox, subscription, price, n, Span(now, end)) for price, n in order.items]
    subscription["items"] = list_of(
        items, f"/v1/subscription_items?subscription={subscription['id']}"
    )
    order.customer["currency"] = order.customer["currency"] or subscription["currency"]
    return subscription


def new_item(sandbox: Sandbox, subscription: Json, price: Json, quantity: int, span: Span) -> Json:
    """Make an item of a subscription."""
    recurring = price["recurring"]
    plan = {
        "id": price["id"], "object": "plan", "active": price["active"],
        "amount": price["unit_amount"], "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit", "created": price["created"], "currency": price["currency"],
        "interval": recurring["interval"], "interval_count": recurring["interval_count"],
        "livemode": False, "metadata": price["metadata"], "meter": None,
        "nickname": price["nickname"], "product": price["product"], "tiers_mode": None,
        "transform_usage": None, "trial_period_days": None, "usage_type": "licensed",
    }  # fmt: skip
    return {
        "id": sandbox.store.new_id("subscription_item"), "object": "subscription_item",
        "billing_thresholds": None, "created": sandbox.now, "current_period_end": span.end,
        "current_period_start": span.start, "discounts": [], "metadata": {}, "plan": plan,
        "price": price, "quantity": quantity, "subscription": subscription["id"], "tax_rates": [],
    }  # fmt: skip


def cycle_lines(
    sandbox: Sandbox, subscription: Json, items: list[Item], span: Span, *, keep: bool = True
) -> list[Json]:
    """Return the lines of a whole period with their discounts.

    keep: remember what was taken off, for the credit that a change within the period gives.
    """
    free = subscription["status"] == "trialing"
    lines = period_lines(sandbox, subscription, items, span, free=free)
    discount_lines(sandbox, lines, subscription["discounts"], span.start)
    if keep:
        remember_discounts(sandbox, subscription, lines)
    return lines


def remember_discounts(sandbox: Sandbox, subscription: Json, lines: list[Json]) -> None:
    """Remember what was taken off each item's whole period."""
    sandbox.store.details(subscription["id"])["taken_off"] = {
        line["parent"]["subscription_item_details"]["subscription_item"]: line["discount_amounts"]
        for line in lines
    }


def drop_single_use(sandbox: Sandbox, subscription: Json) -> None:
    """Take away the discounts that are spent: those for one invoice, and those that have ended.

    A discount for one invoice outlives the free invoice of a trial.
    """
    if subscription["status"] == "trialing":
        return
    spent = [
        discount
        for discount in (sandbox.store.get("discount", id_) for id_ in subscription["discounts"])
        if (discount["end"] is not None and discount["end"] <= sandbox.now)
        or coupon_of(sandbox, discount["source"]["coupon"])["duration"] == "once"
    ]
    left = [id_ for id_ in subscription["discounts"] if id_ not in [d["id"] for d in spent]]
    sandbox.change(subscription, None, discounts=left)
    for discount in spent:
        sandbox.emit("customer.discount.deleted", discount)


def plan_period(sandbox: Sandbox, subscription: Json) -> None:
    """Plan what the current period brings: its end, and the warnings before it."""
    end = subscription["items"]["data"][0]["current_period_end"]
    sandbox.clock.plan(end, "renewal", subscription["id"])
    if subscription["status"] == "trialing":
        warned = max(end - WARNED_BEFORE_TRIAL_ENDS, sandbox.now)
        sandbox.clock.plan(warned, "trial ending", subscription["id"])
    if end - WARNED_BEFORE_RENEWAL > sandbox.now:
        sandbox.clock.plan(end - WARNED_BEFORE_RENEWAL, "renewal coming", subscription["id"])
