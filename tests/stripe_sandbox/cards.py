"""Test cards, and payment methods made of them (https://docs.stripe.com/testing).

Numbers mean what they mean at Stripe, but for 4000 0000 0000 0341: here it pays while its owner is
present and fails at every renewal, so that a lapse can be walked through without a trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stripe._payment_method_service import PaymentMethodService

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import attach
from tests.stripe_sandbox.errors import Json, StripeFailure, invalid
from tests.stripe_sandbox.fields import matching, merged, unset_empty
from tests.stripe_sandbox.serving import Call, serves


@dataclass(frozen=True)
class TestCard:
    """What a test number does: when somebody is there to pay, and when nobody is."""

    about: str
    present: str = "succeeds"
    absent: str = "succeeds"
    brand: str = "visa"
    kind: str = "card"


CARDS = {
    "4242424242424242": TestCard("succeeds"),
    "5555555555554444": TestCard("succeeds, a Mastercard", brand="mastercard"),
    "4000000000000002": TestCard("is declined", "generic_decline", "generic_decline"),
    "4000000000009995": TestCard(
        "has too little money", "insufficient_funds", "insufficient_funds"
    ),
    "4000000000000069": TestCard("has expired", "expired_card", "expired_card"),
    "4000002500003155": TestCard("asks its owner to confirm once", "authenticate", "unless_set_up"),
    "4000002760003184": TestCard(
        "asks its owner to confirm always", "authenticate", "authenticate"
    ),
    "4000000000000341": TestCard("pays now, fails at renewal", absent="generic_decline"),
    "4000000000000259": TestCard("pays, then is disputed", "disputed", "disputed"),
    "DE89370400440532013000": TestCard("bank debit: pays late", "late", "late", "", "sepa_debit"),
    "DE62370400440532013001": TestCard(
        "bank debit: fails late", "late_failure", "late_failure", "", "sepa_debit"
    ),
}

NAMED = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_createDispute": "4000000000000259",
}

DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "expired_card": ("expired_card", "Your card has expired."),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}


def declined(decline: str, **more: Any) -> StripeFailure:
    """Return the error that a declined card answers with (https://docs.stripe.com/declines/codes)."""
    code, message = DECLINES.get(decline, ("card_declined", "Your card was declined."))
    return StripeFailure(
        message, status=402, kind="card_error", code=code, decline_code=decline, **more
    )


def new_method(sandbox: Sandbox, number: str, **fields: Any) -> Json:
    """Make a payment method of a card's (or bank account's) test number.

    fields: exp_month, exp_year, and the owner's name, email and postal_code.
    Raises StripeFailure (402) for a number that is no test number.
    """
    number = re.sub(r"[\s-]", "", number).upper()
    card = CARDS.get(number)
    if card is None:
        raise StripeFailure(
            "Your card number is incorrect: the sandbox takes test numbers only.",
            status=402, kind="card_error", code="incorrect_number", param="number",
        )  # fmt: skip
    address = {
        "city": None, "country": None, "line1": None, "line2": None,
        "postal_code": fields.get("postal_code"), "state": None,
    }  # fmt: skip
    method = sandbox.new(
        "payment_method",
        allow_redisplay="unspecified",
        billing_details={
            "address": address, "email": fields.get("email"), "name": fields.get("name"),
            "phone": None, "tax_id": None,
        },
        customer=None,
        metadata={},
        type=card.kind,
    )  # fmt: skip
    mark = sandbox.store.token(number, 16)
    if card.kind == "sepa_debit":
        method["sepa_debit"] = {
            "bank_code": number[4:12], "branch_code": "", "country": number[:2],
            "fingerprint": mark, "generated_from": {"charge": None, "setup_attempt": None},
            "last4": number[-4:],
        }  # fmt: skip
    else:
        method["card"] = _card(card, number, mark, fields)
    sandbox.store.details(method["id"])["number"] = number
    return method


def _card(card: TestCard, number: str, mark: str, fields: Json) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass",
        },
        "country": "US", "display_brand": card.brand, "exp_month": fields.get("exp_month", 12),
        "exp_year": fields.get("exp_year", 2040), "fingerprint": mark, "funding": "credit",
        "generated_from": None, "last4": number[-4:],
        "networks": {"available": [card.brand], "preferred": None}, "regulated_status": None,
        "three_d_secure_usage": {"supported": True}, "wallet": None,
    }  # fmt: skip


def verdict(sandbox: Sandbox, method: Json, *, present: bool) -> str:
    """Return what comes of charging a payment method now: succeeds, authenticate, late, or why not.

    present: whether the owner is there, to confirm if the bank asks for it.
    """
    details = sandbox.store.details(method["id"])
    if details.get("declines"):
        return str(details["declines"])
    if sandbox.decline_next > 0:
        sandbox.decline_next -= 1
        return "generic_decline"
    card = CARDS[details["number"]]
    wanted = card.present if present else card.absent
    if wanted == "unless_set_up":
        wanted = "succeeds"
        if not details.get("set_up"):
            wanted = "authenticate"
    if wanted == "authenticate" and present and details.pop("confirmed", False):
        return "succeeds"
    return wanted


def decline(sandbox: Sandbox, method_id: str, why: str | None = "generic_decline") -> None:
    """Let a payment method be declined from now on, or, with None, do as its number does again."""
    sandbox.store.get("payment_method", method_id)
    sandbox.store.details(method_id)["declines"] = why


def resolve(sandbox: Sandbox, id_: str, param: str = "payment_method") -> Json:
    """Return a payment method by its id, or a new one for Stripe's names such as pm_card_visa."""
    if id_ in NAMED:
        return new_method(sandbox, NAMED[id_])
    return sandbox.store.get("payment_method", id_, param)


@serves(PaymentMethodService.create, "billing_details card metadata type")
def create_method(sandbox: Sandbox, call: Call) -> Json:
    """Make a payment method of a test card."""
    params = call.params
    card = params.get("card", {})
    if params.get("type") != "card" or "number" not in card:
        raise invalid("The sandbox makes payment methods of card numbers.", "card[number]")
    owner = params.get("billing_details", {})
    method = new_method(sandbox, card["number"], exp_month=card["exp_month"],
                        exp_year=card["exp_year"], name=owner.get("name"),
                        email=owner.get("email"))  # fmt: skip
    method["metadata"] = params.get("metadata", {})
    return method


@serves(PaymentMethodService.retrieve)
def retrieve_method(sandbox: Sandbox, call: Call) -> Json:
    """Return a payment method."""
    return sandbox.store.get("payment_method", call.id)


@serves(PaymentMethodService.update, "card metadata")
def update_method(sandbox: Sandbox, call: Call) -> Json:
    """Change a card's expiry or a payment method's metadata."""
    method, params = sandbox.store.get("payment_method", call.id), call.params
    fields: Json = {}
    if "card" in params:
        fields["card"] = {**method["card"], **unset_empty(params["card"], "exp_month", "exp_year")}
    if "metadata" in params:
        fields["metadata"] = merged(method["metadata"], params["metadata"])
    return sandbox.change(method, "payment_method.updated", **fields)


@serves(PaymentMethodService.attach, "customer")
def attach_method(sandbox: Sandbox, call: Call) -> Json:
    """Keep a payment method with a customer; Stripe's names such as pm_card_visa make a new one."""
    customer = sandbox.store.get("customer", call.params["customer"], "customer")
    return attach(sandbox, resolve(sandbox, call.id, "id")["id"], customer)


@serves(PaymentMethodService.detach)
def detach_method(sandbox: Sandbox, call: Call) -> Json:
    """Take a payment method from its customer, and from what it was the default of."""
    method = sandbox.store.get("payment_method", call.id)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer.")
    customer = sandbox.store.find(method["customer"])
    if customer and customer["invoice_settings"]["default_payment_method"] == call.id:
        settings = {**customer["invoice_settings"], "default_payment_method": None}
        sandbox.change(customer, "customer.updated", invoice_settings=settings)
    previous = {"customer": method["customer"]}
    sandbox.change(method, None, customer=None)
    sandbox.emit("payment_method.detached", method, previous)
    return method


@serves(PaymentMethodService.list, "customer type")
def list_methods(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the payment methods, the newest first."""
    return matching(sandbox.store.all("payment_method"), call.params, "customer", "type")
