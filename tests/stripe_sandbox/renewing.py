"""What the clock does to a subscription: warnings, the end of a trial, renewals, the last day."""

from __future__ import annotations

from collections.abc import Callable

from tests.stripe_sandbox.clock import falls_due, next_end
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import ENDED
from tests.stripe_sandbox.drawing_up import for_subscription
from tests.stripe_sandbox.ending import end
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.invoices import (
    close,
    collect,
    default_method,
    finalize,
    finalize_later,
    issue,
)
from tests.stripe_sandbox.lines import Span, items_of, span_of
from tests.stripe_sandbox.starting import cycle_lines, drop_single_use, plan_period

BEFORE_RENEWAL: list[Callable[[Sandbox, Json, int], None]] = []
"""What may change a subscription at the moment it renews: the phases of a schedule."""


@falls_due("renewal")
def _renewal(sandbox: Sandbox, id_: str, at: int) -> None:
    subscription = sandbox.store.get("subscription", id_)
    if subscription["status"] in (*ENDED, "incomplete", "paused"):
        return
    if span_of(subscription).end != at:
        return
    for function in BEFORE_RENEWAL:
        function(sandbox, subscription, at)
    if subscription["status"] in ENDED:
        return
    if subscription["cancel_at_period_end"]:
        end(sandbox, subscription, "cancellation_requested")
    elif subscription["status"] != "trialing" or not _stops_without_method(sandbox, subscription):
        renew(sandbox, subscription, at)


def _stops_without_method(sandbox: Sandbox, subscription: Json) -> bool:
    """End or pause a trial that has no payment method, where its settings say so.

    https://docs.stripe.com/billing/subscriptions/trials#create-free-trials-without-payment
    """
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    invoice = sandbox.store.get("invoice", subscription["latest_invoice"])
    if behavior == "create_invoice" or default_method(sandbox, invoice) is not None:
        return False
    if behavior == "cancel":
        end(sandbox, subscription, None)
    else:
        sandbox.change(subscription, "customer.subscription.paused", status="paused")
    return True


def renew(sandbox: Sandbox, subscription: Json, at: int) -> Json:
    """Begin the next period and draw up its invoice, which is charged an hour later."""
    before = subscription["status"]
    fields: Json = {"status": "active"} if before == "trialing" else {}
    sandbox.change(subscription, None, **fields)
    span = next_span(subscription, at)
    set_span(subscription, span)
    lines = take_pending(sandbox, subscription)
    lines += cycle_lines(sandbox, subscription, items_of(subscription), span)
    drawn = for_subscription(sandbox, subscription, lines, span, "subscription_cycle")
    invoice = issue(sandbox, drawn)
    previous = {"latest_invoice": subscription["latest_invoice"]}
    if before != subscription["status"]:
        previous["status"] = before
    subscription["latest_invoice"] = invoice["id"]
    drop_single_use(sandbox, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous)
    plan_period(sandbox, subscription)
    _ask_for_money(sandbox, subscription, invoice)
    return invoice


def _ask_for_money(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    paused = subscription["pause_collection"]
    if paused is None and subscription["status"] != "unpaid":
        finalize_later(sandbox, invoice)
        return
    sandbox.change(invoice, None, auto_advance=False)
    behavior = paused["behavior"] if paused else "keep_as_draft"
    if behavior != "keep_as_draft":
        finalize(sandbox, invoice)
        close(sandbox, invoice, "void" if behavior == "void" else "uncollectible")


def next_span(subscription: Json, at: int) -> Span:
    """Return the period that begins at a moment, counted from the cycle's anchor."""
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    anchor = subscription["billing_cycle_anchor"]
    return Span(at, next_end(anchor, at, recurring["interval"], recurring["interval_count"]))


def set_span(subscription: Json, span: Span) -> None:
    """Write a period to a subscription's items, and to the moment it is to end if it is."""
    for item in subscription["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = span.start, span.end
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = span.end


def take_pending(sandbox: Sandbox, subscription: Json) -> list[Json]:
    """Return the lines that wait for a subscription's next invoice, and stop keeping them."""
    lines: list[Json] = sandbox.store.details(subscription["id"]).pop("pending", [])
    return lines


@falls_due("cancellation")
def _cancellation(sandbox: Sandbox, id_: str, at: int) -> None:
    subscription = sandbox.store.get("subscription", id_)
    if subscription["status"] not in ENDED and subscription["cancel_at"] == at:
        end(sandbox, subscription, "cancellation_requested")


@falls_due("trial ending")
def _trial_ending(sandbox: Sandbox, id_: str, _at: int) -> None:
    subscription = sandbox.store.get("subscription", id_)
    if subscription["status"] == "trialing":
        sandbox.emit("customer.subscription.trial_will_end", subscription)


@falls_due("renewal coming")
def _renewal_coming(sandbox: Sandbox, id_: str, at: int) -> None:
    """Tell of the invoice a week ahead (https://docs.stripe.com/billing/subscriptions/webhooks)."""
    subscription = sandbox.store.get("subscription", id_)
    period_end = span_of(subscription).end
    if subscription["status"] not in ("active", "trialing") or period_end - at > 8 * 86_400:
        return
    if not subscription["cancel_at_period_end"]:
        sandbox.emit("invoice.upcoming", upcoming(sandbox, subscription))


def upcoming(sandbox: Sandbox, subscription: Json) -> Json:
    """Return the invoice that a subscription's renewal will bring, as things stand."""
    span = next_span(subscription, span_of(subscription).end)
    renewed = {**subscription, "status": "active"}
    pending: list[Json] = sandbox.store.details(subscription["id"]).get("pending", [])
    lines = cycle_lines(sandbox, renewed, items_of(subscription), span, keep=False)
    drawn = for_subscription(sandbox, subscription, pending + lines, span, "upcoming")
    return {"id": f"upcoming_{sandbox.store.new_id('invoice')}", **drawn}


def resume(sandbox: Sandbox, subscription: Json) -> Json:
    """Begin a paused subscription anew, from now; it is active once its invoice is paid."""
    sandbox.change(subscription, None, billing_cycle_anchor=sandbox.now)
    span = next_span(subscription, sandbox.now)
    set_span(subscription, span)
    lines = cycle_lines(sandbox, subscription, items_of(subscription), span)
    drawn = for_subscription(sandbox, subscription, lines, span, "subscription_cycle")
    invoice = issue(sandbox, drawn)
    sandbox.change(subscription, "customer.subscription.updated", latest_invoice=invoice["id"])
    plan_period(sandbox, subscription)
    finalize(sandbox, invoice)
    collect(sandbox, invoice, present=False)
    return invoice
