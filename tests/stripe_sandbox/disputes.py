"""Disputes (https://docs.stripe.com/disputes/how-disputes-work)."""

from __future__ import annotations

from collections.abc import Iterable

from stripe._dispute_service import DisputeService

from tests.stripe_sandbox.clock import DAY, falls_due
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.serving import Call, serves

CLOSED = ("won", "lost")


def open_dispute(sandbox: Sandbox, charge_id: str, reason: str = "fraudulent") -> Json:
    """Let a cardholder dispute a charge with their bank; the money is withdrawn at once."""
    with sandbox.lock:
        charge = sandbox.store.get("charge", charge_id, "charge")
        if charge["disputed"] or charge["status"] != "succeeded":
            raise invalid(f"Charge {charge_id} cannot be disputed.", "charge")
        dispute = sandbox.new(
            "dispute",
            amount=charge["amount"] - charge["amount_refunded"],
            balance_transactions=[],
            charge=charge_id,
            currency=charge["currency"],
            enhanced_eligibility_types=[],
            evidence={"enhanced_evidence": {}},
            evidence_details={
                "due_by": sandbox.now + 10 * DAY, "enhanced_eligibility": {},
                "has_evidence": False, "past_due": False, "submission_count": 0,
                "submission_method": "not_submitted",
            },
            is_charge_refundable=False,
            metadata={},
            payment_intent=charge["payment_intent"],
            reason=reason,
            status="needs_response",
        )  # fmt: skip
        sandbox.change(charge, "charge.updated", disputed=True)
        sandbox.emit("charge.dispute.created", dispute)
        sandbox.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute


def close_dispute(sandbox: Sandbox, dispute_id: str, *, won: bool) -> Json:
    """Let the bank decide a dispute."""
    with sandbox.lock:
        dispute = sandbox.store.get("dispute", dispute_id)
        if dispute["status"] in CLOSED:
            raise invalid("This dispute is already closed.")
        sandbox.change(dispute, "charge.dispute.closed", status="won" if won else "lost")
        if won:
            sandbox.emit("charge.dispute.funds_reinstated", dispute)
        return dispute


@falls_due("dispute")
def _fall_out(sandbox: Sandbox, charge_id: str, _at: int) -> None:
    if not sandbox.store.get("charge", charge_id)["disputed"]:
        open_dispute(sandbox, charge_id)


@serves(DisputeService.retrieve)
def retrieve_dispute(sandbox: Sandbox, call: Call) -> Json:
    """Return a dispute."""
    return sandbox.store.get("dispute", call.id)


@serves(DisputeService.close)
def accept_dispute(sandbox: Sandbox, call: Call) -> Json:
    """Give a dispute up: it is lost."""
    return close_dispute(sandbox, call.id, won=False)


@serves(DisputeService.list, "charge created payment_intent")
def list_disputes(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the disputes, the newest first."""
    return matching(sandbox.store.all("dispute"), call.params, "charge", "payment_intent")
