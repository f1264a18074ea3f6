"""Invoices: drawn up, finalised, paid, voided (https://docs.stripe.com/invoicing/overview)."""

from __future__ import annotations

from collections.abc import Callable

from tests.stripe_sandbox.clock import DAY, HOUR, falls_due
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import included_on_demand, list_of
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.payments import attempt, cancel_intent, new_intent, when_settled

RETRIED = ("subscription_cycle", "subscription_update")

Outcome = Callable[[Sandbox, Json, str], None]
_OUTCOMES: list[Outcome] = []


def when_tried(function: Outcome) -> Outcome:
    """Register what follows an attempt to pay: `(sandbox, invoice, status of the payment)`."""
    _OUTCOMES.append(function)
    return function


def issue(sandbox: Sandbox, drawn: Json) -> Json:
    """Keep an invoice as a draft, and tell of it."""
    invoice = {"id": sandbox.store.new_id("invoice"), **drawn}
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    for line in invoice["lines"]["data"]:
        line["invoice"] = invoice["id"]
    sandbox.store.add(invoice)
    sandbox.emit("invoice.created", invoice)
    return invoice


def finalize_later(sandbox: Sandbox, invoice: Json) -> None:
    """Leave a draft for an hour, as Stripe does with renewals, then finalise and charge it."""
    at = sandbox.now + HOUR
    sandbox.change(invoice, None, automatically_finalizes_at=at)
    sandbox.clock.plan(at, "invoice draft", invoice["id"])


@falls_due("invoice draft")
def _finalize_draft(sandbox: Sandbox, id_: str, at: int) -> None:
    invoice = sandbox.store.find(id_)
    if invoice and invoice["status"] == "draft" and invoice["automatically_finalizes_at"] == at:
        finalize(sandbox, invoice)
        collect(sandbox, invoice, present=False)


def finalize(sandbox: Sandbox, invoice: Json) -> Json:
    """Open a draft: it gets its number, its pages and, if money is due, its payment."""
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized, you can't re-finalize a non-draft.")
    customer = sandbox.store.get("customer", invoice["customer"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    _use_balance(sandbox, customer, invoice)
    page = f"{sandbox.base_url}/invoices/{invoice['id']}"
    sandbox.change(
        invoice,
        "invoice.finalized",
        automatically_finalizes_at=None,
        effective_at=sandbox.now,
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        number=f"{customer['invoice_prefix']}-{number:04}",
        status="open",
        status_transitions={**invoice["status_transitions"], "finalized_at": sandbox.now},
    )
    if invoice["amount_due"] > 0:
        _expect_payment(sandbox, invoice)
    return invoice


def _use_balance(sandbox: Sandbox, customer: Json, invoice: Json) -> None:
    change = invoice["ending_balance"] - invoice["starting_balance"]
    if change:
        sandbox.change(customer, "customer.updated", balance=customer["balance"] + change)


def _expect_payment(sandbox: Sandbox, invoice: Json) -> None:
    amount, currency = invoice["amount_due"], invoice["currency"]
    intent = new_intent(sandbox, amount, currency, invoice["customer"])
    intent["description"] = f"Invoice {invoice['number']}"
    intent["receipt_email"] = invoice["customer_email"]
    sandbox.store.details(intent["id"])["invoice"] = invoice["id"]
    payment = sandbox.new(
        "invoice_payment",
        amount_paid=None,
        amount_requested=amount,
        currency=currency,
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    sandbox.store.details(invoice["id"]).update(intent=intent["id"], payment=payment["id"])


def intent_of(sandbox: Sandbox, invoice: Json) -> Json | None:
    """Return the payment intent of an invoice that has one."""
    return sandbox.store.find(sandbox.store.details(invoice["id"]).get("intent"))


def collect(sandbox: Sandbox, invoice: Json, *, present: bool, method: Json | None = None) -> Json:
    """Try to get an open invoice paid, with a payment method or the one that is its default."""
    intent = intent_of(sandbox, invoice)
    if intent is None:
        _paid(sandbox, invoice)
        _tell(sandbox, invoice, "succeeded")
        return invoice
    sandbox.change(
        invoice, None, attempted=True, attempt_count=invoice["attempt_count"] + 1,
    )  # fmt: skip
    attempt(sandbox, intent, method or default_method(sandbox, invoice), present=present)
    return invoice


def default_method(sandbox: Sandbox, invoice: Json) -> Json | None:
    """Return the payment method an invoice is charged to: its subscription's, or its customer's."""
    subscription = sandbox.store.find(subscription_of(invoice))
    customer = sandbox.store.get("customer", invoice["customer"])
    chosen = (subscription or {}).get("default_payment_method")
    method = sandbox.store.find(chosen or customer["invoice_settings"]["default_payment_method"])
    return method if method and method["customer"] == customer["id"] else None


def subscription_of(invoice: Json) -> str | None:
    """Return the id of the subscription an invoice is for."""
    parent = invoice["parent"]
    return parent["subscription_details"]["subscription"] if parent else None


@when_settled
def _payment_settled(sandbox: Sandbox, intent: Json) -> None:
    invoice = sandbox.store.find(sandbox.store.details(intent["id"]).get("invoice"))
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    if intent["status"] == "succeeded":
        _paid(sandbox, invoice)
    elif intent["status"] != "processing":
        plan_retry(sandbox, invoice)
        if intent["status"] == "requires_action":
            sandbox.emit("invoice.payment_action_required", invoice)
        sandbox.emit("invoice.payment_failed", invoice)
    _tell(sandbox, invoice, intent["status"])


def plan_retry(sandbox: Sandbox, invoice: Json) -> None:
    """Set when a failed renewal or change is tried again, if it still is to be.

    https://docs.stripe.com/billing/revenue-recovery/smart-retries#custom-retry-schedule
    """
    planned = invoice["next_payment_attempt"]
    if planned is not None and planned > sandbox.now:
        return
    tried, days = sandbox.store.details(invoice["id"]).get("retries", 0), sandbox.retry_days
    at = None
    if invoice["billing_reason"] in RETRIED and invoice["auto_advance"] and tried < len(days):
        at = sandbox.now + days[tried] * DAY
        sandbox.store.details(invoice["id"])["retries"] = tried + 1
        sandbox.clock.plan(at, "retry", invoice["id"])
    sandbox.change(invoice, None, next_payment_attempt=at)


@falls_due("retry")
def _retry(sandbox: Sandbox, id_: str, at: int) -> None:
    invoice = sandbox.store.get("invoice", id_)
    if invoice["status"] == "open" and invoice["next_payment_attempt"] == at:
        collect(sandbox, invoice, present=False)


def _tell(sandbox: Sandbox, invoice: Json, status: str) -> None:
    for function in _OUTCOMES:
        function(sandbox, invoice, status)


def _paid(sandbox: Sandbox, invoice: Json) -> None:
    payment = sandbox.store.find(sandbox.store.details(invoice["id"]).get("payment"))
    sandbox.change(
        invoice,
        None,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions={**invoice["status_transitions"], "paid_at": sandbox.now},
    )
    if payment is not None:
        done = {"canceled_at": None, "paid_at": sandbox.now}
        amount = invoice["amount_due"]
        sandbox.change(payment, "invoice_payment.paid", amount_paid=amount, status="paid",
                       status_transitions=done)  # fmt: skip
    sandbox.emit("invoice.paid", invoice)
    sandbox.emit("invoice.payment_succeeded", invoice)


def pay_elsewhere(sandbox: Sandbox, invoice: Json) -> None:
    """Mark an open invoice as paid outside Stripe."""
    intent = intent_of(sandbox, invoice)
    if intent is not None:
        cancel_intent(sandbox, intent)
    sandbox.store.details(invoice["id"]).pop("payment", None)
    _paid(sandbox, invoice)
    _tell(sandbox, invoice, "succeeded")


def close(sandbox: Sandbox, invoice: Json, status: str) -> Json:
    """Void an invoice, or give it up as uncollectible."""
    if invoice["status"] not in ("draft", "open", "uncollectible"):
        raise invalid(f"You can only pass in open invoices. This invoice is {invoice['status']}.")
    name, event = {
        "void": ("voided_at", "invoice.voided"),
        "uncollectible": ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    }[status]
    transitions = {**invoice["status_transitions"], name: sandbox.now}
    intent = intent_of(sandbox, invoice)
    if intent is not None and status == "void":
        cancel_intent(sandbox, intent, "void_invoice")
    return sandbox.change(
        invoice, event, auto_advance=False, next_payment_attempt=None, status=status,
        status_transitions=transitions,
    )  # fmt: skip


@included_on_demand("invoice", "payments")
def _payments(sandbox: Sandbox, invoice: Json) -> Json:
    found = matching(sandbox.store.all("invoice_payment"), {"invoice": invoice["id"]}, "invoice")
    return list_of(list(found), "/v1/invoice_payments")


@included_on_demand("invoice", "confirmation_secret")
def _confirmation_secret(sandbox: Sandbox, invoice: Json) -> Json | None:
    intent = intent_of(sandbox, invoice)
    return {"type": "payment_intent", "client_secret": intent["client_secret"]} if intent else None
