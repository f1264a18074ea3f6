"""Changing what a subscription takes: planned first, so that a preview and the change agree.

https://docs.stripe.com/billing/subscriptions/upgrade-downgrade and
https://docs.stripe.com/billing/subscriptions/prorations
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from tests.stripe_sandbox.cards import declined, verdict
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.drawing_up import for_subscription
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.invoices import collect, default_method, finalize, issue
from tests.stripe_sandbox.lines import (
    Item,
    Span,
    change_lines,
    discount_lines,
    items_of,
    span_of,
)
from tests.stripe_sandbox.renewing import next_span, take_pending
from tests.stripe_sandbox.starting import (
    cycle_lines,
    new_item,
    plan_period,
    remember_discounts,
    same_interval,
)


@dataclass(frozen=True)
class Change:
    """What a subscription is to take, in which period, and what that costs or gives back."""

    items: list[Json]
    span: Span
    anchor: int
    lines: list[Json]
    at_once: bool


def plan_change(sandbox: Sandbox, subscription: Json, params: Json) -> Change:
    """Work out a change of items or of the cycle's anchor, without making it."""
    items = _items_after(sandbox, subscription, params.get("items", []))
    recurring = same_interval([item["price"] for item in items])
    behavior = params.get("proration_behavior", "create_prorations")
    at, span = params.get("proration_date", sandbox.now), span_of(subscription)
    if not span.start <= at <= span.end:
        raise invalid("proration_date is outside of the current period.", "proration_date")
    anchor: int = subscription["billing_cycle_anchor"]
    if subscription["status"] == "trialing":
        return Change(items, span, anchor, [], at_once=False)
    before = subscription["items"]["data"][0]["price"]["recurring"]
    reset = params.get("billing_cycle_anchor", {}).get("type") == "now" or _every(before) != _every(
        recurring
    )
    wanted = [Item(item["id"], item["price"], item["quantity"]) for item in items]
    lines: list[Json] = []
    if behavior != "none":
        lines = change_lines(sandbox, subscription, wanted, at, only_credit=reset)
        charges = [line for line in lines if line["discountable"]]
        discount_lines(sandbox, charges, subscription["discounts"], at)
    if reset:
        anchor = at
        after = {**subscription, "items": {"data": items}, "billing_cycle_anchor": anchor}
        span = next_span(after, at)
        lines += cycle_lines(sandbox, subscription, wanted, span, keep=False)
    return Change(items, span, anchor, lines, at_once=reset or behavior == "always_invoice")


def _every(recurring: Json) -> tuple[str, int]:
    return recurring["interval"], recurring["interval_count"]


def _items_after(sandbox: Sandbox, subscription: Json, sent: list[Json]) -> list[Json]:
    items = {item["id"]: dict(item) for item in subscription["items"]["data"]}
    for number, entry in enumerate(sent):
        item = items.get(entry.get("id", ""))
        if entry.get("id") and item is None:
            raise invalid(f"No such subscription item: '{entry['id']}'", f"items[{number}][id]",
                          "resource_missing")  # fmt: skip
        if entry.get("deleted"):
            items.pop(entry.get("id", ""), None)
            continue
        price = item["price"] if item else None
        if "price" in entry:
            price = sandbox.store.get("price", entry["price"], f"items[{number}][price]")
        if price is None:
            raise invalid("Missing required param: price", f"items[{number}][price]")
        quantity: int = (
            entry["quantity"] if "quantity" in entry else item["quantity"] if item else 1
        )
        made = new_item(sandbox, subscription, price, quantity, span_of(subscription))
        if item:
            made |= {name: item[name] for name in ("id", "created", "metadata")}
        items[made["id"]] = made
    if not items:
        raise invalid("A subscription must have at least one active item.", "items")
    return list(items.values())


def draw_up_change(sandbox: Sandbox, subscription: Json, change: Change) -> Json:
    """Return the invoice that a change brings at once, neither kept nor told of."""
    pending: list[Json] = sandbox.store.details(subscription["id"]).get("pending", [])
    lines = pending + change.lines
    span = Span(span_of(subscription).start, sandbox.now)
    return for_subscription(sandbox, subscription, lines, span, "subscription_update")


def refuse_unpayable(
    sandbox: Sandbox, subscription: Json, change: Change, *, present: bool
) -> None:
    """Raise the decline that a change would meet, before anything is changed."""
    drawn = draw_up_change(sandbox, subscription, change)
    if not change.at_once or not drawn["amount_due"]:
        return
    method = default_method(sandbox, drawn)
    outcome = verdict(sandbox, method, present=present) if method else "generic_decline"
    if outcome == "authenticate":
        raise declined("authentication_required")
    if outcome not in ("succeeds", "late", "late_failure", "disputed"):
        raise declined(outcome)


def make_change(
    sandbox: Sandbox,
    subscription: Json,
    change: Change,
    previous: Json,
    *,
    pay: bool = True,
    present: bool = False,
) -> Json | None:
    """Make a planned change and tell of it; return the invoice it brought, if one was due at once.

    previous: what else of the subscription has just changed, for the event. pay: whether to
    charge that invoice now, rather than leave it open. present: whether its payer is there.
    """
    drawn = draw_up_change(sandbox, subscription, change) if change.at_once else None
    previous |= {name: deepcopy(subscription[name]) for name in ("items", "latest_invoice")}
    moved = change.span.end != span_of(subscription).end
    _write(sandbox, subscription, change)
    invoice = None
    if drawn is None:
        waiting = sandbox.store.details(subscription["id"]).setdefault("pending", [])
        waiting.extend(change.lines)
    elif drawn["lines"]["data"]:
        take_pending(sandbox, subscription)
        invoice = issue(sandbox, drawn)
        subscription["latest_invoice"] = invoice["id"]
    sandbox.emit("customer.subscription.updated", subscription, previous)
    if moved:
        plan_period(sandbox, subscription)
    if invoice is not None:
        finalize(sandbox, invoice)
        if pay or not invoice["amount_due"]:
            collect(sandbox, invoice, present=present)
    return invoice


def _write(sandbox: Sandbox, subscription: Json, change: Change) -> None:
    for item in change.items:
        item["current_period_start"] = change.span.start
        item["current_period_end"] = change.span.end
    subscription["items"] = {**subscription["items"], "data": change.items}
    subscription["billing_cycle_anchor"] = change.anchor
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = change.span.end
    whole = cycle_lines(sandbox, subscription, items_of(subscription), change.span, keep=False)
    remember_discounts(sandbox, subscription, whole)
