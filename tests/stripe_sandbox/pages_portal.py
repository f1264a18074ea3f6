"""The billing portal's pages: what one pays for, with which card, and stopping."""

from __future__ import annotations

from html import escape

from tests.stripe_sandbox import html
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import subscriptions_of
from tests.stripe_sandbox.errors import Json, StripeFailure
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.lines import span_of
from tests.stripe_sandbox.pages_checkout import (
    bank_question,
    card_fields,
    expiry,
    with_card_used,
)
from tests.stripe_sandbox.pages_invoice import STATES as INVOICE_STATES
from tests.stripe_sandbox.pages_invoice import paid_charge
from tests.stripe_sandbox.portal import cancel, change_card, keep
from tests.stripe_sandbox.web import Page, Visit, at, redirect

STATES = {
    "active": "Active", "trialing": "On trial", "past_due": "Payment failed", "unpaid": "Unpaid",
    "paused": "Paused", "incomplete": "Waiting for the first payment",
}  # fmt: skip


@at("GET", r"/portal/(\w+)")
def home(sandbox: Sandbox, visit: Visit) -> Page:
    """Show a customer's subscriptions, card and invoices."""
    session = sandbox.store.get("billing_portal.session", visit.id)
    customer = sandbox.store.get("customer", session["customer"])
    running = subscriptions_of(sandbox, customer["id"])
    shown = "".join(_subscription(sandbox, session, each) for each in running)
    shown = shown or '<p class="soft">You have no subscription.</p>'
    invoices = matching(sandbox.store.all("invoice"), {"customer": customer["id"]}, "customer")
    rows = [_invoice_row(sandbox, each) for each in invoices if each["number"]]
    body = (
        f"{_back(session)}<h1>Your subscription and payments</h1>{shown}"
        f'<h2>Card</h2><div class="card"><p>{_card_of(sandbox, customer, running)}</p>'
        f'<a href="/portal/{session["id"]}/payment_method_update">Change card</a></div>'
        "<h2>Invoices</h2>"
        + html.table("Invoices", ["Date", "Amount", "State", "Number", "More"], rows)
    )
    return Page(html.page("Your subscription", body))


def _back(session: Json) -> str:
    address = session["return_url"]
    return f'<p><a href="{escape(address)}">Return to the newspaper</a></p>' if address else ""


def _subscription(sandbox: Sandbox, session: Json, subscription: Json) -> str:
    item = subscription["items"]["data"][0]
    product = sandbox.store.find(item["price"]["product"])
    name = product["name"] if product else item["price"]["id"]
    amount = html.money(item["price"]["unit_amount"] * item["quantity"], subscription["currency"])
    end = html.day(span_of(subscription).end)
    base = f"/portal/{session['id']}"
    if subscription["cancel_at_period_end"]:
        when = f"Ends on {end}."
        action = html.form(f"{base}/keep/{subscription['id']}", html.button("Keep it"))
    else:
        when = f"Renews on {end}."
        address = f"{base}/subscription_cancel?subscription={subscription['id']}"
        action = f'<a href="{escape(address)}">Cancel</a>'
    state = STATES.get(subscription["status"], subscription["status"])
    invoice = sandbox.store.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        due = html.money(invoice["amount_remaining"], invoice["currency"])
        action = f'<p><a href="/invoices/{invoice["id"]}">Pay the {due} due now</a></p>' + action
    return (
        f'<div class="card"><h2>{escape(name)}</h2><p>{amount} {html.every(item["price"])}. {when} '
        f"<strong>{state}</strong></p>{action}</div>"
    )


def _card_of(sandbox: Sandbox, customer: Json, running: list[Json]) -> str:
    ids = [each["default_payment_method"] for each in running]
    for id_ in (*ids, customer["invoice_settings"]["default_payment_method"]):
        method = sandbox.store.find(id_)
        if method:
            until = method.get("card")
            expires = f", until {until['exp_month']:02} / {until['exp_year']}" if until else ""
            return escape(html.shown_method(method) + expires)
    return "No card yet."


def _invoice_row(sandbox: Sandbox, invoice: Json) -> str:
    state: str = INVOICE_STATES.get(invoice["status"]) or invoice["status"]
    charge = paid_charge(sandbox, invoice)
    more = f'<a href="{escape(charge["receipt_url"])}">Receipt</a>' if charge else ""
    if invoice["status"] == "open":
        more = f'<a href="/invoices/{invoice["id"]}">Pay</a>'
    return (
        f"<tr><td>{html.day(invoice['created'])}</td>"
        f"<td>{html.money(invoice['total'], invoice['currency'])}</td>"
        f"<td>{escape(state)}</td>"
        f'<td><a href="/invoices/{invoice["id"]}">{escape(invoice["number"])}</a></td>'
        f"<td>{more}</td></tr>"
    )


@at("GET", r"/portal/(\w+)/payment_method_update")
def ask_card(_sandbox: Sandbox, visit: Visit) -> Page:
    """Ask for another card."""
    return Page(_card_page(visit, {}))


def _card_page(visit: Visit, typed: dict[str, str], wrong: str = "") -> str:
    body = (
        f"<h1>Change your card</h1>{html.alert(wrong)}"
        + html.entry(f"/portal/{visit.id}/payment_method_update", card_fields(typed), "Save card")
        + f'<p><a href="/portal/{visit.id}">Back</a></p>'
    )  # fmt: skip
    return html.page("Change your card", body)


@at("POST", r"/portal/(\w+)/payment_method_update")
def take_card(sandbox: Sandbox, visit: Visit) -> Page:
    """Keep the card typed; or say why not; or let its bank ask first."""
    if typed := with_card_used(visit.form):
        return Page(_card_page(visit, typed))
    return _change(sandbox, visit, visit.form, confirmed=None)


def _change(
    sandbox: Sandbox, visit: Visit, typed: dict[str, str], *, confirmed: bool | None
) -> Page:
    try:
        month, year = expiry(typed)
        status = change_card(sandbox, visit.id, typed.get("number", ""), confirmed=confirmed,
                             exp_month=month, exp_year=year, name=typed.get("name"))  # fmt: skip
    except StripeFailure as failure:
        return Page(_card_page(visit, typed, str(failure)), status="402 Payment Required")
    if status == "requires_action":
        sandbox.store.details(visit.id)["typed"] = typed
        return redirect(f"/portal/{visit.id}/confirm")
    return _done(sandbox, visit)


def _done(sandbox: Sandbox, visit: Visit) -> Page:
    """Go where the session's flow says, or to the portal's first page."""
    session = sandbox.store.get("billing_portal.session", visit.id)
    after = (session["flow"] or {}).get("after_completion", {})
    if after.get("type") == "redirect":
        return redirect(after["redirect"]["return_url"])
    if after.get("type") == "hosted_confirmation":
        return Page(html.page("Done", f"<h1>Done</h1>{_back(session)}"))
    return redirect(f"/portal/{visit.id}")


@at("GET", r"/portal/(\w+)/confirm")
def ask_bank(_sandbox: Sandbox, visit: Visit) -> Page:
    """Show the bank's question about a new card."""
    return Page(bank_question(f"/portal/{visit.id}/confirm"))


@at("POST", r"/portal/(\w+)/confirm")
def answer_bank(sandbox: Sandbox, visit: Visit) -> Page:
    """Go on with the answer that the card's owner gave."""
    typed: dict[str, str] = sandbox.store.details(visit.id).get("typed", {})
    return _change(sandbox, visit, typed, confirmed=visit.form.get("answer") == "confirm")


@at("GET", r"/portal/(\w+)/subscription_cancel")
def ask_cancel(sandbox: Sandbox, visit: Visit) -> Page:
    """Ask whether a subscription is really to be cancelled."""
    session = sandbox.store.get("billing_portal.session", visit.id)
    flow = (session["flow"] or {}).get("subscription_cancel") or {}
    chosen = visit.query.get("subscription") or flow.get("subscription", "")
    subscription = sandbox.store.get("subscription", chosen)
    until = html.day(span_of(subscription).end)
    body = (
        f"<h1>Cancel your subscription?</h1><p>It stays open until {until}, then ends.</p>"
        + html.form(f"/portal/{visit.id}/cancel/{subscription['id']}",
                    html.button("Cancel subscription"))
        + f'<p><a href="/portal/{visit.id}">Keep it</a></p>'
    )  # fmt: skip
    return Page(html.page("Cancel your subscription", body))


@at("POST", r"/portal/(\w+)/cancel/(\w+)")
def do_cancel(sandbox: Sandbox, visit: Visit) -> Page:
    """Cancel a subscription."""
    cancel(sandbox, visit.id, visit.ids[1])
    return _done(sandbox, visit)


@at("POST", r"/portal/(\w+)/keep/(\w+)")
def do_keep(sandbox: Sandbox, visit: Visit) -> Page:
    """Take a cancellation back."""
    keep(sandbox, visit.id, visit.ids[1])
    return redirect(f"/portal/{visit.id}")
