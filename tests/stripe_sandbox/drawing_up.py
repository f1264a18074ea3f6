"""What an invoice says before it is kept: the same for a preview and the invoice that follows."""

from __future__ import annotations

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.expanding import list_of
from tests.stripe_sandbox.lines import Span


def draw_up(
    sandbox: Sandbox, customer: Json, lines: list[Json], span: Span, reason: str, **more: object
) -> Json:
    """Return an invoice with its totals, neither kept nor told of: a preview, or a beginning.

    The customer's balance (money they have with us when negative) is used first; an invoice below
    nothing adds to it (https://docs.stripe.com/billing/customer/balance).
    """
    subtotal = sum(line["amount"] for line in lines)
    discounts: dict[str, int] = {}
    for each in (each for line in lines for each in line["discount_amounts"]):
        discounts[each["discount"]] = discounts.get(each["discount"], 0) + each["amount"]
    total = subtotal - sum(discounts.values())
    balance = customer["balance"] + total
    due = max(balance, 0) if total > 0 else 0
    ending = 0 if due else balance
    blank: Json = {
        "object": "invoice", "account_country": "US", "account_name": "The newspaper",
        "account_tax_ids": None, "amount_due": due, "amount_overpaid": 0, "amount_paid": 0,
        "amount_remaining": due, "amount_shipping": 0, "application": None, "attempt_count": 0,
        "attempted": False, "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None,
                          "provider": None, "status": None},
        "automatically_finalizes_at": None, "billing_reason": reason,
        "collection_method": "charge_automatically", "created": sandbox.now,
        "currency": lines[0]["currency"] if lines else "usd", "custom_fields": None,
        "customer": customer["id"], "customer_address": customer["address"],
        "customer_email": customer["email"], "customer_name": customer["name"],
        "customer_phone": customer["phone"], "customer_shipping": None,
        "customer_tax_exempt": "none", "customer_tax_ids": [], "default_payment_method": None,
        "default_source": None, "default_tax_rates": [], "description": None,
        "discounts": list(discounts), "due_date": None, "effective_at": None,
        "ending_balance": ending, "footer": None, "from_invoice": None,
        "hosted_invoice_url": None, "invoice_pdf": None, "issuer": {"type": "self"},
        "last_finalization_error": None, "latest_revision": None,
        "lines": list_of(lines, "/v1/invoices/upcoming/lines"), "livemode": False,
        "metadata": {}, "next_payment_attempt": None, "number": None, "on_behalf_of": None,
        "parent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None,
                             "payment_method_types": None},
        "period_end": span.end, "period_start": span.start,
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "receipt_number": None, "rendering": None, "shipping_cost": None,
        "shipping_details": None, "starting_balance": customer["balance"],
        "statement_descriptor": None, "status": "draft",
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None,
                               "paid_at": None, "voided_at": None},
        "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "test_clock": None,
        "total": total,
        "total_discount_amounts": [
            {"amount": amount, "discount": discount} for discount, amount in discounts.items()
        ],
        "total_excluding_tax": total, "total_pretax_credit_amounts": [], "total_taxes": [],
        "webhooks_delivered_at": None,
    }  # fmt: skip
    return blank | more


def for_subscription(
    sandbox: Sandbox, subscription: Json, lines: list[Json], span: Span, reason: str
) -> Json:
    """Return an invoice of a subscription with its totals, neither kept nor told of."""
    details = {
        "metadata": dict(subscription["metadata"]), "subscription": subscription["id"],
        "subscription_proration_date": None,
    }  # fmt: skip
    return draw_up(
        sandbox,
        sandbox.store.get("customer", subscription["customer"]),
        lines,
        span,
        reason,
        currency=subscription["currency"],
        parent={
            "type": "subscription_details", "subscription_details": details,
            "quote_details": None,
        },
    )  # fmt: skip
