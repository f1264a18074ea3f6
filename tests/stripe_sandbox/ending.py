"""A subscription's end, and what an attempt to pay does to its status.

https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
"""

from __future__ import annotations

from tests.stripe_sandbox.clock import falls_due
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import CANCELLERS, ENDED
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.invoices import close, subscription_of, when_tried


def end(sandbox: Sandbox, subscription: Json, why: str | None, status: str = "canceled") -> Json:
    """End a subscription now; what it still owes is asked for no more."""
    details = {**subscription["cancellation_details"], "reason": why}
    for invoice in open_invoices(sandbox, subscription):
        if status == "incomplete_expired":
            close(sandbox, invoice, "void")
        else:
            sandbox.change(
                invoice, "invoice.updated", auto_advance=False, next_payment_attempt=None
            )
    sandbox.change(
        subscription,
        None,
        canceled_at=subscription["canceled_at"] or sandbox.now,
        cancellation_details=details,
        ended_at=sandbox.now,
        status=status,
    )
    _end_schedule(sandbox, subscription)
    name = "deleted" if status == "canceled" else "updated"
    sandbox.emit(f"customer.subscription.{name}", subscription)
    return subscription


def _end_schedule(sandbox: Sandbox, subscription: Json) -> None:
    schedule = sandbox.store.find(subscription["schedule"])
    if schedule is not None and schedule["status"] in ("active", "not_started"):
        sandbox.change(
            schedule, "subscription_schedule.canceled", status="canceled",
            canceled_at=sandbox.now, current_phase=None,
        )  # fmt: skip


def open_invoices(sandbox: Sandbox, subscription: Json) -> list[Json]:
    """Return a subscription's invoices that still wait for money."""
    return [
        invoice
        for invoice in sandbox.store.all("invoice")
        if subscription_of(invoice) == subscription["id"] and invoice["status"] in ("open", "draft")
    ]


CANCELLERS.append(lambda sandbox, subscription: end(sandbox, subscription, None))


@falls_due("incomplete")
def _expire(sandbox: Sandbox, id_: str, _at: int) -> None:
    """Give up a subscription whose first payment did not come within 23 hours."""
    subscription = sandbox.store.get("subscription", id_)
    if subscription["status"] == "incomplete" and not _processing(sandbox, subscription):
        end(sandbox, subscription, None, "incomplete_expired")


def _processing(sandbox: Sandbox, subscription: Json) -> bool:
    intent = sandbox.store.find(sandbox.store.details(subscription["latest_invoice"]).get("intent"))
    return intent is not None and intent["status"] == "processing"


@when_tried
def _follow(sandbox: Sandbox, invoice: Json, status: str) -> None:
    subscription = sandbox.store.find(subscription_of(invoice))
    if subscription is None or subscription["status"] in ENDED:
        return
    if status == "succeeded":
        _recover(sandbox, subscription, invoice)
    elif status != "processing":
        _fall_behind(sandbox, subscription, invoice)


def _recover(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    behind = subscription["status"] in ("incomplete", "past_due", "unpaid", "paused")
    if behind and invoice["id"] == subscription["latest_invoice"]:
        resumed = subscription["status"] == "paused"
        sandbox.change(subscription, "customer.subscription.updated", status="active")
        if resumed:
            sandbox.emit("customer.subscription.resumed", subscription)


def _fall_behind(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    if subscription["status"] == "incomplete":
        if invoice["status"] == "open" and _expired(sandbox, subscription):
            end(sandbox, subscription, None, "incomplete_expired")
        return
    if subscription["status"] in ("active", "trialing"):
        sandbox.change(subscription, "customer.subscription.updated", status="past_due")
    if invoice["next_payment_attempt"] is not None or subscription["status"] != "past_due":
        return
    if sandbox.when_retries_fail == "canceled":
        end(sandbox, subscription, "payment_failed")
    elif sandbox.when_retries_fail == "unpaid":
        sandbox.change(subscription, "customer.subscription.updated", status="unpaid")


def _expired(sandbox: Sandbox, subscription: Json) -> bool:
    return bool(sandbox.now >= subscription["start_date"] + 23 * 3600)
