"""What a payment is, in our words: an invoice's, and a pass's. Pure: from Stripe's JSON to values.

https://docs.stripe.com/api/invoices/object, https://docs.stripe.com/api/checkout/sessions/object
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

AT_ONCE = frozenset({"card", "link"})  # methods whose charge is made when the money is there
PAID = frozenset({"paid", "no_payment_required"})


@dataclass(frozen=True, slots=True)
class Payment:
    """A charge and what became of it. Amounts are in the currency's smallest unit.

    `refunds`: when (ISO 8601) and how much was given back, each time.
    """

    payment_intent: str = ""
    paid_at: datetime | None = None
    amount_refunded: int = 0
    refunded_at: datetime | None = None
    disputed_at: datetime | None = None
    receipt: str = ""
    refunds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as it was when it was fetched; the period is what it pays for.

    `below_price`: it asks for less than its lines come to, by a discount, a credit or a trial.
    """

    stripe_id: str
    customer_id: str
    subscription_id: str
    number: str
    status: str
    billing_reason: str
    currency: str
    amount_due: int
    below_price: bool
    amount_paid: int
    attempts: int
    next_attempt_at: datetime | None
    period_starts_at: datetime
    period_ends_at: datetime
    made_at: datetime
    paid_at: datetime | None
    page: str
    pdf: str
    payment: Payment


@dataclass(frozen=True, slots=True)
class PassFacts:
    """A Checkout session that sells a pass.

    `paid`: the money is there, or a promotion code left none to pay; `failed`: it never will be.
    """

    stripe_id: str
    customer_id: str
    price_id: str
    currency: str
    amount: int
    ordered_at: datetime
    paid: bool
    failed: bool
    payment: Payment


def subscription_of(invoice: Mapping[str, Any]) -> str:
    """Return the id of the subscription that an invoice is for, or ""."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    subscription = details.get("subscription") or ""
    return subscription if isinstance(subscription, str) else str(subscription["id"])


def charge_of(invoice: Mapping[str, Any]) -> str:
    """Return the id of the charge that paid an invoice fetched with its payments, or ""."""
    intent = _intent(invoice)
    return str(intent.get("latest_charge") or "") if intent.get("status") == "succeeded" else ""


def payment_of(
    charge: Mapping[str, Any] | None, disputes: Sequence[Mapping[str, Any]], *, intent: str
) -> Payment:
    """Read a charge, fetched with its refunds, and its disputes."""
    if charge is None or not charge["paid"]:
        return Payment(payment_intent=intent)
    refunds = (charge.get("refunds") or {}).get("data", [])
    given_back = {
        each["id"]: (each["created"], each["amount"])
        for each in refunds
        if each["status"] not in NOT_GIVEN_BACK
    }
    against_us = [each["created"] for each in disputes if each["status"] not in NOT_AGAINST_US]
    at_once = charge["payment_method_details"]["type"] in AT_ONCE
    return Payment(
        payment_intent=intent,
        paid_at=_moment(charge["created"]) if at_once else None,
        amount_refunded=charge["amount_refunded"],
        refunded_at=_moment(max(given_back.values())[0]) if given_back else None,
        disputed_at=_moment(min(against_us)) if against_us else None,
        receipt=charge.get("receipt_url") or "",
        refunds=tuple(
            (_moment(created).isoformat(), amount)
            for created, amount in sorted(given_back.values())
        ),
    )


NOT_GIVEN_BACK = frozenset({"failed", "canceled"})  # https://docs.stripe.com/api/refunds/object
# An inquiry (warning_…) takes no money. https://docs.stripe.com/api/disputes/object
NOT_AGAINST_US = frozenset(
    {"won", "warning_needs_response", "warning_under_review", "warning_closed"}
)


def invoice_facts(invoice: Mapping[str, Any], payment: Payment) -> InvoiceFacts:
    """Read an invoice of a subscription."""
    starts, ends = _period(invoice)
    return InvoiceFacts(
        stripe_id=invoice["id"],
        customer_id=invoice["customer"],
        subscription_id=subscription_of(invoice),
        number=invoice.get("number") or "",
        status=invoice["status"],
        billing_reason=invoice.get("billing_reason") or "",
        currency=invoice["currency"].upper(),
        amount_due=invoice["amount_due"],
        below_price=_asks_less(invoice),
        amount_paid=invoice["amount_paid"],
        attempts=invoice["attempt_count"],
        next_attempt_at=_moment_or_none(invoice.get("next_payment_attempt")),
        period_starts_at=_moment(starts),
        period_ends_at=_moment(ends),
        made_at=_moment(invoice["created"]),
        paid_at=_moment_or_none(invoice["status_transitions"].get("paid_at")),
        page=invoice.get("hosted_invoice_url") or "",
        pdf=invoice.get("invoice_pdf") or "",
        payment=payment,
    )


def intent_of(invoice: Mapping[str, Any]) -> str:
    """Return the id of the payment of an invoice fetched with its payments, or ""."""
    return str(_intent(invoice).get("id", ""))


def pass_facts(session: Mapping[str, Any], payment: Payment) -> PassFacts:
    """Read a Checkout session of mode `payment`, fetched with its line items."""
    intent = session.get("payment_intent") or {}
    paid = session["status"] == "complete" and session["payment_status"] in PAID
    closed = session["status"] == "expired" or (
        session["status"] == "complete"
        and intent.get("status") in {"requires_payment_method", "canceled"}
    )
    return PassFacts(
        stripe_id=session["id"],
        customer_id=session["customer"] or "",
        price_id=session["line_items"]["data"][0]["price"]["id"],
        currency=session["currency"].upper(),
        amount=session["amount_total"],
        ordered_at=_moment(session["created"]),
        paid=paid,
        failed=closed and not paid,
        payment=payment,
    )


def _intent(invoice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payment that succeeded, or else the newest that may still."""
    found = [
        each["payment"].get("payment_intent") or {}
        for each in (invoice.get("payments") or {}).get("data", [])
        if each["payment"]["type"] == "payment_intent"
    ]
    done = [intent for intent in found if intent.get("status") == "succeeded"]
    return next(iter(done or found), {})


def _asks_less(invoice: Mapping[str, Any]) -> bool:
    """Tell it by the invoice alone: what its subscription costs by now may be another price."""
    whole = sum(line["amount"] for line in invoice["lines"]["data"] if line["amount"] >= 0)
    return not invoice["amount_due"] or bool(invoice["amount_due"] < whole)


def _period(invoice: Mapping[str, Any]) -> tuple[int, int]:
    """Return the start and end of what is paid for: the latest period that a line charges.

    Lines of a proration begin when the change was made, so they never cover a whole period.
    """
    periods = [line["period"] for line in invoice["lines"]["data"] if line["amount"] >= 0]
    if not periods:
        return invoice["period_start"], invoice["period_end"]
    latest = max(periods, key=lambda period: (period["end"], -period["start"]))
    return latest["start"], latest["end"]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
