"""What happens when somebody fills in a Checkout page and presses its button."""

from __future__ import annotations

from typing import Any

from tests.stripe_sandbox.cards import declined, new_method, verdict
from tests.stripe_sandbox.checkout import discounts_of, use_code
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import give
from tests.stripe_sandbox.customers import attach, new_customer
from tests.stripe_sandbox.drawing_up import draw_up
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.invoices import collect, finalize, intent_of, issue
from tests.stripe_sandbox.lines import Item, Span, discount_lines, new_line
from tests.stripe_sandbox.payments import attempt, new_intent, when_settled
from tests.stripe_sandbox.starting import Order, begin
from tests.stripe_sandbox.subscriptions import trial_end_of

PAYS = ("succeeds", "late", "late_failure", "disputed")


def pay(
    sandbox: Sandbox,
    session_id: str,
    number: str,
    *,
    confirmed: bool | None = None,
    code: str = "",
    **owner: Any,
) -> Json:
    """Complete a session with a card; return it, still open if the card's bank asks its owner.

    confirmed: what the owner answered their bank, once it asked. code: a promotion code typed.
    owner: name, email, postal_code, exp_month, exp_year.
    Raises StripeFailure: 402 for a declined card, 400 for a session that is not open.
    """
    sandbox.catch_up()
    with sandbox.lock:
        session = sandbox.store.get("checkout.session", session_id)
        if session["status"] != "open":
            raise invalid(f"This page is {session['status']}: there is nothing more to pay here.")
        if code:
            use_code(sandbox, session, code)
        method = new_method(sandbox, number, **owner)
        if not _accepted(sandbox, session, method, confirmed):
            return session
        customer = _customer(sandbox, session, owner)
        if session["mode"] == "subscription":
            _subscribe(sandbox, session, customer, method)
        else:
            _pay_once(sandbox, session, customer, method)
        _complete(sandbox, session, customer, owner)
        return session


def _accepted(sandbox: Sandbox, session: Json, method: Json, confirmed: bool | None) -> bool:
    """Ask the bank; say whether the session can go on, or must wait for the card's owner."""
    outcome = verdict(sandbox, method, present=True)
    if outcome == "authenticate" and confirmed is None:
        return False
    if outcome == "authenticate" and confirmed:
        sandbox.store.details(method["id"])["set_up"] = True
        sandbox.store.details(method["id"])["confirmed"] = True
        return True
    if outcome in PAYS:
        return True
    why = "authentication_failed" if outcome == "authenticate" else outcome
    if session["amount_total"]:
        intent = new_intent(
            sandbox, session["amount_total"], session["currency"], session["customer"]
        )
        sandbox.store.details(method["id"])["declines"] = why
        attempt(sandbox, intent, method, present=True)
    raise declined(why)


def _customer(sandbox: Sandbox, session: Json, owner: Json) -> Json | None:
    if session["customer"]:
        return sandbox.store.get("customer", session["customer"])
    if session["customer_creation"] != "always":
        return None
    email = session["customer_email"] or owner.get("email")
    return new_customer(sandbox, email=email, name=owner.get("name"))


def _subscribe(sandbox: Sandbox, session: Json, customer: Json | None, method: Json) -> None:
    details = sandbox.store.details(session["id"])
    data: Json = details["subscription_data"]
    assert customer is not None, "a session that subscribes always has a customer"
    attach(sandbox, method["id"], customer)
    settings = data.get("trial_settings", {}).get("end_behavior", {})
    subscription = begin(
        sandbox,
        Order(
            customer,
            [(line["price"], line["quantity"]) for line in details["lines"]],
            method["id"],
            discounts_of(session),
            trial_end_of(sandbox, data),
            settings.get("missing_payment_method", "create_invoice"),
            dict(data.get("metadata", {})),
            data.get("description"),
            present=True,
        ),
    )
    invoice = sandbox.store.get("invoice", subscription["latest_invoice"])
    sandbox.change(session, None, subscription=subscription["id"], invoice=invoice["id"])
    _note(sandbox, session, intent_of(sandbox, invoice))


def _pay_once(sandbox: Sandbox, session: Json, customer: Json | None, method: Json) -> None:
    owner = customer["id"] if customer else None
    discounts = [give(sandbox, each, owner, None)["id"] for each in discounts_of(session)]
    if customer is not None:
        attach(sandbox, method["id"], customer)
    intent = None
    if session["invoice_creation"]["enabled"] and customer is not None:
        invoice = _invoice(sandbox, session, customer, discounts)
        finalize(sandbox, invoice)
        collect(sandbox, invoice, present=True, method=method)
        intent = intent_of(sandbox, invoice)
        sandbox.change(session, None, invoice=invoice["id"])
    elif session["amount_total"]:
        intent = new_intent(sandbox, session["amount_total"], session["currency"], owner)
        data = sandbox.store.details(session["id"])["payment_data"]
        intent["metadata"] = dict(data.get("metadata", {}))
        intent["description"] = data.get("description")
        attempt(sandbox, intent, method, present=True)
    sandbox.change(session, None, payment_intent=intent["id"] if intent else None)
    _note(sandbox, session, intent)


def _invoice(sandbox: Sandbox, session: Json, customer: Json, discounts: list[str]) -> Json:
    span = Span(sandbox.now, sandbox.now)
    lines = [
        new_line(
            sandbox, Item("", each["price"], each["quantity"]), each["amount_subtotal"], span, None
        )
        for each in sandbox.store.details(session["id"])["lines"]
    ]
    discount_lines(sandbox, lines, discounts, sandbox.now)
    data = session["invoice_creation"]["invoice_data"]
    more = {name: data[name] for name in ("description", "footer", "metadata")}
    return issue(sandbox, draw_up(sandbox, customer, lines, span, "manual", **more))


def _note(sandbox: Sandbox, session: Json, intent: Json | None) -> None:
    """Remember which session a payment is for, and say whether it has been made."""
    if intent is None:
        status = "no_payment_required"
    else:
        sandbox.store.details(intent["id"])["session"] = session["id"]
        status = "paid" if intent["status"] == "succeeded" else "unpaid"
    sandbox.change(session, None, payment_status=status)


def _complete(sandbox: Sandbox, session: Json, customer: Json | None, owner: Json) -> None:
    email = (customer or {}).get("email") or session["customer_email"] or owner.get("email")
    address = {
        "city": None, "country": "US", "line1": None, "line2": None,
        "postal_code": owner.get("postal_code"), "state": None,
    }  # fmt: skip
    sandbox.change(
        session,
        "checkout.session.completed",
        customer=customer["id"] if customer else None,
        customer_details={
            "address": address, "business_name": None, "email": email, "individual_name": None,
            "name": owner.get("name"), "phone": None, "tax_exempt": "none", "tax_ids": [],
        },
        status="complete",
        url=None,
    )  # fmt: skip


@when_settled
def _paid_late(sandbox: Sandbox, intent: Json) -> None:
    """Tell of a payment that came, or failed, days after its session was completed.

    https://docs.stripe.com/checkout/fulfillment#delayed-notification
    """
    session = sandbox.store.find(sandbox.store.details(intent["id"]).get("session"))
    if session is None or session["payment_status"] != "unpaid":
        return
    if intent["status"] == "succeeded":
        sandbox.change(session, None, payment_status="paid")
        sandbox.emit("checkout.session.async_payment_succeeded", session)
    elif intent["status"] == "requires_payment_method":
        sandbox.emit("checkout.session.async_payment_failed", session)
