"""The invoices API (https://docs.stripe.com/api/invoices), with its previews."""

from __future__ import annotations

from collections.abc import Iterable

from stripe._invoice_payment_service import InvoicePaymentService
from stripe._invoice_service import InvoiceService

from tests.stripe_sandbox.cards import declined, resolve
from tests.stripe_sandbox.changing import draw_up_change, plan_change
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import kept
from tests.stripe_sandbox.customers import subscriptions_of
from tests.stripe_sandbox.drawing_up import for_subscription
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.invoices import (
    close,
    collect,
    default_method,
    finalize,
    intent_of,
    pay_elsewhere,
    subscription_of,
)
from tests.stripe_sandbox.lines import Item, change_lines
from tests.stripe_sandbox.renewing import next_span, upcoming
from tests.stripe_sandbox.serving import Call, serves
from tests.stripe_sandbox.starting import cycle_lines


@serves(InvoiceService.retrieve)
def retrieve_invoice(sandbox: Sandbox, call: Call) -> Json:
    """Return an invoice."""
    return sandbox.store.get("invoice", call.id)


@serves(InvoiceService.list, "collection_method created customer status subscription")
def list_invoices(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the invoices, the newest first."""
    params = call.params
    found = matching(sandbox.store.all("invoice"), params, "customer", "status")
    wanted = params.get("subscription")
    return [invoice for invoice in found if wanted in (None, subscription_of(invoice))]


@serves(InvoiceService.update, "auto_advance description metadata")
def update_invoice(sandbox: Sandbox, call: Call) -> Json:
    """Change an invoice's description, metadata, or whether it goes on by itself."""
    invoice, params = sandbox.store.get("invoice", call.id), dict(call.params)
    params.pop("expand", None)
    if "metadata" in params:
        params["metadata"] = merged(invoice["metadata"], params["metadata"])
    return sandbox.change(invoice, "invoice.updated", **params)


@serves(InvoiceService.finalize_invoice, "auto_advance")
def finalize_invoice(sandbox: Sandbox, call: Call) -> Json:
    """Open a draft without waiting for its hour."""
    invoice = sandbox.store.get("invoice", call.id)
    finalize(sandbox, invoice)
    if call.params.get("auto_advance"):
        collect(sandbox, invoice, present=False)
    return invoice


@serves(InvoiceService.pay, "off_session paid_out_of_band payment_method")
def pay_invoice(sandbox: Sandbox, call: Call) -> Json:
    """Try to get an invoice paid now; a decline is a 402."""
    invoice, params = sandbox.store.get("invoice", call.id), call.params
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", None, "invoice_already_paid")
    if invoice["status"] == "draft":
        finalize(sandbox, invoice)
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"Invoices with status {invoice['status']} can not be paid.")
    if params.get("paid_out_of_band"):
        pay_elsewhere(sandbox, invoice)
        return invoice
    method = resolve(sandbox, params["payment_method"]) if "payment_method" in params else None
    if method is None and default_method(sandbox, invoice) is None:
        raise invalid("There is no default payment method set on this Customer or Invoice.",
                      None, "resource_missing")  # fmt: skip
    collect(sandbox, invoice, present=not params.get("off_session", True), method=method)
    _refuse_unpaid(sandbox, invoice)
    return invoice


def _refuse_unpaid(sandbox: Sandbox, invoice: Json) -> None:
    intent = intent_of(sandbox, invoice)
    if intent is None or intent["status"] in ("succeeded", "processing"):
        return
    if intent["status"] == "requires_action":
        raise declined("authentication_required", payment_intent=dict(intent))
    raise declined(intent["last_payment_error"].get("decline_code", "generic_decline"))


@serves(InvoiceService.void_invoice)
def void_invoice(sandbox: Sandbox, call: Call) -> Json:
    """Void an open invoice."""
    invoice = sandbox.store.get("invoice", call.id)
    if invoice["status"] == "draft":
        raise invalid("You can only void an invoice once it is finalized.")
    return close(sandbox, invoice, "void")


@serves(InvoiceService.mark_uncollectible)
def mark_uncollectible(sandbox: Sandbox, call: Call) -> Json:
    """Give up an open invoice."""
    return close(sandbox, sandbox.store.get("invoice", call.id), "uncollectible")


@serves(InvoicePaymentService.list, "invoice payment status")
def list_payments(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the payments of invoices, the newest first."""
    found = matching(sandbox.store.all("invoice_payment"), call.params, "invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")
    return [each for each in found if intent in (None, each["payment"]["payment_intent"])]


@serves(InvoicePaymentService.retrieve)
def retrieve_payment(sandbox: Sandbox, call: Call) -> Json:
    """Return a payment of an invoice."""
    return sandbox.store.get("invoice_payment", call.id)


PREVIEWED = frozenset(
    {"items", "proration_behavior", "proration_date", "billing_cycle_anchor", "cancel_now",
     "cancel_at_period_end"}
)  # fmt: skip


@serves(
    InvoiceService.create_preview,
    "customer discounts preview_mode subscription subscription_details",
)
def create_preview(sandbox: Sandbox, call: Call) -> Json:
    """Return the invoice that comes next, or that a change would bring; nothing is kept.

    https://docs.stripe.com/api/invoices/create_preview
    """
    params = call.params
    details = params.get("subscription_details", {})
    unknown = sorted(set(details) - PREVIEWED)
    if unknown:
        raise invalid(f"The sandbox does not preview {unknown[0]}.", "subscription_details")
    subscription = _previewed(sandbox, params)
    if params.get("discounts", []) != []:
        subscription = {**subscription, "discounts": kept(sandbox, params["discounts"])}
    if details.get("cancel_now"):
        lines = change_lines(sandbox, subscription, [], sandbox.now, only_credit=True)
        span = next_span(subscription, sandbox.now)
        drawn = for_subscription(sandbox, subscription, lines, span, "upcoming")
    elif set(details) & {"items", "billing_cycle_anchor"}:
        drawn = _changed(sandbox, subscription, details)
    else:
        return upcoming(sandbox, subscription)
    return {"id": f"upcoming_{sandbox.store.new_id('invoice')}", **drawn,
            "billing_reason": "upcoming"}  # fmt: skip


def _previewed(sandbox: Sandbox, params: Json) -> Json:
    if "subscription" in params:
        return sandbox.store.get("subscription", params["subscription"], "subscription")
    running = subscriptions_of(sandbox, params.get("customer", ""))
    if len(running) != 1:
        raise invalid("No upcoming invoices for customer", "customer", "invoice_upcoming_none")
    return running[0]


def _changed(sandbox: Sandbox, subscription: Json, details: Json) -> Json:
    change = plan_change(sandbox, subscription, details)
    if change.at_once:
        return draw_up_change(sandbox, subscription, change)
    after = {**subscription, "status": "active", "items": {"data": change.items}}
    span = next_span(after, change.span.end)
    wanted = [Item(item["id"], item["price"], item["quantity"]) for item in change.items]
    pending: list[Json] = sandbox.store.details(subscription["id"]).get("pending", [])
    lines = pending + change.lines + cycle_lines(sandbox, after, wanted, span, keep=False)
    return for_subscription(sandbox, subscription, lines, span, "upcoming")
