"""Hosted invoices and receipts, and the bank's question about a payment that waits for it."""

from __future__ import annotations

from html import escape

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import new_method
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import attach, charge_from_now_on
from tests.stripe_sandbox.errors import Json, StripeFailure
from tests.stripe_sandbox.invoices import collect, intent_of, subscription_of
from tests.stripe_sandbox.pages_checkout import (
    bank_question,
    card_fields,
    expiry,
    with_card_used,
)
from tests.stripe_sandbox.payments import authenticate
from tests.stripe_sandbox.pdf import document
from tests.stripe_sandbox.web import Page, Visit, at, redirect

STATES = {"open": "not paid yet", "draft": "being drawn up", "uncollectible": "given up"}


@at("GET", r"/invoices/(\w+)")
def show(sandbox: Sandbox, visit: Visit) -> Page:
    """Show an invoice, and ask for a card while it is open."""
    return Page(_page(sandbox, sandbox.store.get("invoice", visit.id), {}))


def paid_charge(sandbox: Sandbox, invoice: Json) -> Json | None:
    """Return the charge that paid an invoice, if one did."""
    intent = intent_of(sandbox, invoice)
    charge = sandbox.store.find(intent["latest_charge"]) if intent else None
    return charge if charge and charge["paid"] else None


def _page(sandbox: Sandbox, invoice: Json, typed: dict[str, str], wrong: str = "") -> str:
    currency = invoice["currency"]
    rows = "".join(
        f"<dt>{escape(line['description'])}</dt><dd>{html.money(line['amount'], currency)}</dd>"
        for line in invoice["lines"]["data"]
    )
    off = invoice["subtotal"] - invoice["total"]
    if off:
        rows += f"<dt>Discount</dt><dd>−{html.money(off, currency)}</dd>"
    total = html.money(invoice["total"], currency)
    rows += f'<dt class="total">Total</dt><dd class="total">{total}</dd>'
    charge = paid_charge(sandbox, invoice)
    receipt = f' · <a href="{escape(charge["receipt_url"])}">Receipt</a>' if charge else ""
    state: str = STATES.get(invoice["status"]) or invoice["status"]
    body = (
        f"<h1>Invoice {escape(invoice['number'] or '')}</h1>"
        f"<p>{html.day(invoice['created'])}, <strong>{escape(state)}</strong></p>"
        f'<dl>{rows}</dl><p><a href="/invoices/{invoice["id"]}/pdf">As a PDF</a>{receipt}</p>'
    )
    if invoice["status"] == "open":
        due = html.money(invoice["amount_remaining"], currency)
        body += html.alert(wrong) + html.entry(
            f"/invoices/{invoice['id']}", card_fields(typed), f"Pay {due}"
        )
    return html.page(f"Invoice {invoice['number']}", body)


@at("POST", r"/invoices/(\w+)")
def pay(sandbox: Sandbox, visit: Visit) -> Page:
    """Pay an open invoice with the card typed."""
    invoice = sandbox.store.get("invoice", visit.id)
    typed = visit.form
    if used := with_card_used(typed):
        return Page(_page(sandbox, invoice, used))
    try:
        month, year = expiry(typed)
        method = new_method(sandbox, typed.get("number", ""), exp_month=month, exp_year=year,
                            name=typed.get("name"))  # fmt: skip
    except StripeFailure as failure:
        return Page(_page(sandbox, invoice, typed, str(failure)), status="402 Payment Required")
    if invoice["status"] == "open":
        attach(sandbox, method["id"], sandbox.store.get("customer", invoice["customer"]))
        collect(sandbox, invoice, present=True, method=method)
        _charge_later_ones(sandbox, invoice)
    intent = intent_of(sandbox, invoice)
    if intent and intent["status"] == "requires_action":
        return redirect(f"/authenticate/{intent['id']}")
    if intent and intent["last_payment_error"]:
        wrong = intent["last_payment_error"]["message"]
        return Page(_page(sandbox, invoice, typed, wrong), status="402 Payment Required")
    return redirect(f"/invoices/{invoice['id']}")


@at("GET", r"/invoices/(\w+)/pdf")
def as_pdf(sandbox: Sandbox, visit: Visit) -> Page:
    """Give an invoice as a PDF."""
    invoice = sandbox.store.get("invoice", visit.id)
    currency = invoice["currency"]
    lines = [f"Invoice {invoice['number']}", html.day(invoice["created"]), ""]
    lines += [
        f"{line['description']}: {html.money(line['amount'], currency)}"
        for line in invoice["lines"]["data"]
    ]
    lines += ["", f"Total: {html.money(invoice['total'], currency)} ({invoice['status']})"]
    return Page(document(lines), kind="application/pdf")


@at("GET", r"/receipts/(\w+)")
def receipt(sandbox: Sandbox, visit: Visit) -> Page:
    """Show the receipt of a charge."""
    charge = sandbox.store.get("charge", visit.id)
    method = sandbox.store.get("payment_method", charge["payment_method"])
    amount = html.money(charge["amount"], charge["currency"])
    given_back = charge["amount_refunded"]
    refunded = (
        f"<p>Refunded: {html.money(given_back, charge['currency'])}</p>" if given_back else ""
    )
    body = (
        f"<h1>Receipt</h1><p>{amount} paid on {html.day(charge['created'])} with "
        f"{escape(html.shown_method(method))}.</p>{refunded}"
    )
    return Page(html.page("Receipt", body))


@at("GET", r"/authenticate/(\w+)")
def ask(_sandbox: Sandbox, visit: Visit) -> Page:
    """Show the bank's question about a payment."""
    return Page(bank_question(f"/authenticate/{visit.id}"))


@at("POST", r"/authenticate/(\w+)")
def answer(sandbox: Sandbox, visit: Visit) -> Page:
    """Let a payment go on, or fail, as the card's owner answered."""
    intent = sandbox.store.get("payment_intent", visit.id)
    authenticate(sandbox, intent, confirmed=visit.form.get("answer") == "confirm")
    invoice = sandbox.store.find(sandbox.store.details(intent["id"]).get("invoice"))
    if invoice is None:
        return redirect("/clock")
    _charge_later_ones(sandbox, invoice)
    return redirect(f"/invoices/{invoice['id']}")


def _charge_later_ones(sandbox: Sandbox, invoice: Json) -> None:
    """Charge what comes after a subscription's invoice to the card that paid it on its page."""
    intent = intent_of(sandbox, invoice)
    if intent and intent["status"] in ("succeeded", "processing") and subscription_of(invoice):
        customer = sandbox.store.get("customer", invoice["customer"])
        charge_from_now_on(sandbox, customer, intent["payment_method"])
