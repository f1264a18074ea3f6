"""Hosted invoices and receipts, and the bank's question about a payment that waits for it."""

from __future__ import annotations

from html import escape

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import new_method
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import attach
from tests.stripe_sandbox.errors import Json, StripeFailure
from tests.stripe_sandbox.invoices import collect, intent_of
from tests.stripe_sandbox.pages_checkout import bank_question, card_fields, expiry, test_cards
from tests.stripe_sandbox.payments import authenticate
from tests.stripe_sandbox.pdf import document
from tests.stripe_sandbox.web import Page, Visit, at, redirect


@at("GET", r"/invoices/(\w+)")
def show(sandbox: Sandbox, visit: Visit) -> Page:
    """Show an invoice, and ask for a card while it is open."""
    return Page(_page(sandbox.store.get("invoice", visit.id), {}))


def _page(invoice: Json, typed: dict[str, str], wrong: str = "") -> str:
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
    body = (
        f"<h1>Invoice {escape(invoice['number'] or '')}</h1>"
        f"<p>{html.day(invoice['created'])}, <strong>{escape(invoice['status'])}</strong></p>"
        f'<dl>{rows}</dl><p><a href="/invoices/{invoice["id"]}/pdf">As a PDF</a></p>'
    )
    if invoice["status"] == "open":
        due = html.money(invoice["amount_remaining"], currency)
        fields = card_fields(typed) + html.button(f"Pay {due}", kind="wide")
        body += html.alert(wrong) + html.form(f"/invoices/{invoice['id']}", fields) + test_cards()
    return html.page(f"Invoice {invoice['number']}", body)


@at("POST", r"/invoices/(\w+)")
def pay(sandbox: Sandbox, visit: Visit) -> Page:
    """Pay an open invoice with the card typed."""
    invoice = sandbox.store.get("invoice", visit.id)
    typed = visit.form
    try:
        month, year = expiry(typed)
        method = new_method(sandbox, typed.get("number", ""), exp_month=month, exp_year=year,
                            name=typed.get("name"))  # fmt: skip
    except StripeFailure as failure:
        return Page(_page(invoice, typed, str(failure)), status="402 Payment Required")
    if invoice["status"] == "open":
        attach(sandbox, method["id"], sandbox.store.get("customer", invoice["customer"]))
        collect(sandbox, invoice, present=True, method=method)
    intent = intent_of(sandbox, invoice)
    if intent and intent["status"] == "requires_action":
        return redirect(f"/authenticate/{intent['id']}")
    if intent and intent["last_payment_error"]:
        wrong = intent["last_payment_error"]["message"]
        return Page(_page(invoice, typed, wrong), status="402 Payment Required")
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
    invoice = sandbox.store.details(intent["id"]).get("invoice")
    return redirect(f"/invoices/{invoice}" if invoice else "/clock")
