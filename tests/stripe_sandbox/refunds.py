"""Refunds (https://docs.stripe.com/refunds)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe._refund_service import RefundService

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import included_on_demand, list_of
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.serving import Call, serves


@serves(RefundService.create, "amount charge metadata payment_intent reason")
def create_refund(sandbox: Sandbox, call: Call) -> Json:
    """Give back a charge, or a part of it."""
    params = call.params
    charge = _charge_named(sandbox, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or charge["refunded"]:
        raise invalid(f"Charge {charge['id']} has already been refunded.", None,
                      "charge_already_refunded")  # fmt: skip
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                      None, "charge_disputed")  # fmt: skip
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge "
                      f"({left}).", "amount")  # fmt: skip
    return refund(sandbox, charge, amount, params.get("reason"), params.get("metadata"))


def _charge_named(sandbox: Sandbox, params: Json) -> Json:
    if "payment_intent" in params:
        intent = sandbox.store.get("payment_intent", params["payment_intent"], "payment_intent")
        if intent["latest_charge"] is None:
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge."
            raise invalid(message, "payment_intent")
        return sandbox.store.get("charge", intent["latest_charge"])
    if "charge" not in params:
        raise invalid("One of the following params should be provided for this request: "
                      "payment_intent or charge.", "payment_intent")  # fmt: skip
    return sandbox.store.get("charge", params["charge"], "charge")


def refund(
    sandbox: Sandbox, charge: Json, amount: int, reason: str | None = None, metadata: Any = None
) -> Json:
    """Give back an amount of a charge, which it must still hold."""
    made = sandbox.new(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=merged({}, metadata),
        payment_intent=charge["payment_intent"],
        reason=reason,
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded",
        transfer_reversal=None,
    )
    refunded = charge["amount_refunded"] + amount
    sandbox.change(
        charge,
        "charge.refunded",
        amount_refunded=refunded,
        refunded=refunded == charge["amount_captured"],
    )
    sandbox.emit("refund.created", made)
    return made


@included_on_demand("charge", "refunds")
def _refunds(sandbox: Sandbox, charge: Json) -> Json:
    found = matching(sandbox.store.all("refund"), {"charge": charge["id"]}, "charge")
    return list_of(list(found), f"/v1/charges/{charge['id']}/refunds")


@serves(RefundService.retrieve)
def retrieve_refund(sandbox: Sandbox, call: Call) -> Json:
    """Return a refund."""
    return sandbox.store.get("refund", call.id)


@serves(RefundService.list, "charge created payment_intent")
def list_refunds(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the refunds, the newest first."""
    return matching(sandbox.store.all("refund"), call.params, "charge", "payment_intent")
