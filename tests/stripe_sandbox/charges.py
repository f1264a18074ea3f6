"""Charges: one attempt each to take a payment intent's money (https://docs.stripe.com/api/charges)."""

from __future__ import annotations

from collections.abc import Iterable

from stripe._charge_service import ChargeService

from tests.stripe_sandbox.cards import declined
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.serving import Call, serves

SHOWN = {
    "card": ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
             "last4", "wallet"),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4"),
}  # fmt: skip


def new_charge(sandbox: Sandbox, intent: Json, method: Json, failure: str | None) -> Json:
    """Make the charge of one attempt; failure: why it was declined, if it was."""
    paid = failure is None
    kind = method["type"]
    shown = {name: value for name, value in method[kind].items() if name in SHOWN[kind]}
    error = declined(failure).error if failure else {}
    charge = sandbox.new(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        billing_details=dict(method["billing_details"]),
        captured=paid,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=error.get("code"),
        failure_message=error.get("message"),
        metadata=dict(intent["metadata"]),
        outcome=_outcome(failure),
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: shown},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        refunded=False,
        status="succeeded" if paid else "failed",
    )
    charge["receipt_url"] = f"{sandbox.base_url}/receipts/{charge['id']}" if paid else None
    return charge


def _outcome(failure: str | None) -> Json:
    if failure is None:
        return {"network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                "seller_message": "Payment complete.", "type": "authorized"}  # fmt: skip
    return {"network_status": "declined_by_network", "reason": failure, "risk_level": "normal",
            "seller_message": "The bank declined the payment.",
            "type": "issuer_declined"}  # fmt: skip


@serves(ChargeService.retrieve)
def retrieve_charge(sandbox: Sandbox, call: Call) -> Json:
    """Return a charge."""
    return sandbox.store.get("charge", call.id)


@serves(ChargeService.list, "created customer payment_intent")
def list_charges(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the charges, the newest first."""
    return matching(sandbox.store.all("charge"), call.params, "customer", "payment_intent")
