"""Checkout sessions (https://docs.stripe.com/payments/checkout/how-checkout-works)."""

from __future__ import annotations

from collections.abc import Iterable

from stripe.checkout._session_line_item_service import SessionLineItemService
from stripe.checkout._session_service import SessionService

from tests.stripe_sandbox.clock import DAY, HOUR, falls_due
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import check_redeemable, find_code, taken_off
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import included_on_demand, list_of
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.serving import Call, serves
from tests.stripe_sandbox.subscriptions import trial_end_of

SUBSCRIPTION_KNOWS = frozenset(
    {"description", "metadata", "trial_end", "trial_period_days", "trial_settings",
     "proration_behavior"}
)  # fmt: skip


@serves(
    SessionService.create,
    "allow_promotion_codes automatic_tax billing_address_collection cancel_url "
    "client_reference_id custom_text customer customer_creation customer_email customer_update "
    "discounts expires_at invoice_creation line_items locale metadata mode "
    "payment_intent_data payment_method_collection payment_method_types submit_type "
    "subscription_data success_url tax_id_collection ui_mode",
)
def create_session(sandbox: Sandbox, call: Call) -> Json:
    """Open a session: a page on which one order can be paid, until it is or expires."""
    params = call.params
    _check(sandbox, params)
    mode = params.get("mode", "payment")
    lines = _line_items(sandbox, params, mode)
    expires_at = params.get("expires_at", sandbox.now + DAY)
    if not sandbox.now + HOUR // 2 <= expires_at <= sandbox.now + DAY:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from "
                      "Checkout Session creation.", "expires_at")  # fmt: skip
    by_default = "always" if mode == "subscription" else "if_required"
    creation = params.get("customer_creation", by_default)
    taxed = params.get("automatic_tax", {}).get("enabled", False)
    session = sandbox.new(
        "checkout.session", adaptive_pricing=None, after_expiration=None,
        allow_promotion_codes=params.get("allow_promotion_codes"), amount_subtotal=0,
        amount_total=0,
        automatic_tax={"enabled": taxed, "liability": {"type": "self"} if taxed else None,
                       "provider": "stripe" if taxed else None,
                       "status": "complete" if taxed else None},
        billing_address_collection=params.get("billing_address_collection"),
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"), client_secret=None,
        collected_information=None, consent=None, consent_collection=None,
        currency=lines[0]["currency"], currency_conversion=None, custom_fields=[],
        custom_text={"after_submit": None, "shipping_address": None,
                     "submit": params.get("custom_text", {}).get("submit"),
                     "terms_of_service_acceptance": None},
        customer=params.get("customer"),
        customer_creation=None if "customer" in params else creation, customer_details=None,
        customer_email=params.get("customer_email"),
        discounts=[{"coupon": None, "promotion_code": None, **each}
                   for each in params.get("discounts", [])],
        expires_at=expires_at, invoice=None, invoice_creation=_invoice_creation(params, mode),
        locale=params.get("locale"), metadata=merged({}, params.get("metadata")), mode=mode,
        payment_intent=None, payment_link=None,
        payment_method_collection=params.get("payment_method_collection", by_default),
        payment_method_options={},
        payment_method_types=params.get("payment_method_types", ["card"]),
        payment_status="unpaid", phone_number_collection={"enabled": False}, recovered_from=None,
        saved_payment_method_options=None, setup_intent=None, shipping_address_collection=None,
        shipping_cost=None, shipping_options=[], status="open",
        submit_type=params.get("submit_type"), subscription=None,
        success_url=params["success_url"], ui_mode="hosted_page",
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )  # fmt: skip
    session["url"] = f"{sandbox.base_url}/checkout/{session['id']}"
    sandbox.store.details(session["id"]).update(
        lines=lines, subscription_data=params.get("subscription_data", {}),
        payment_data=params.get("payment_intent_data", {}),
        trial=trial_end_of(sandbox, params.get("subscription_data", {})) is not None,
    )  # fmt: skip
    add_up(sandbox, session)
    sandbox.clock.plan(expires_at, "checkout", session["id"])
    return session


def _check(sandbox: Sandbox, params: Json) -> None:
    for one, other in (("customer", "customer_email"), ("allow_promotion_codes", "discounts"),
                       ("customer", "customer_creation")):  # fmt: skip
        if params.get(one) and params.get(other):
            raise invalid(f"You may only specify one of these parameters: {one}, {other}.", one)
    if "customer" in params:
        sandbox.store.get("customer", params["customer"], "customer")
    if params.get("ui_mode", "hosted_page") != "hosted_page" or params.get("mode") == "setup":
        raise invalid("The sandbox has hosted pages, to pay or to subscribe.", "ui_mode")
    if "success_url" not in params:
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    if len(params.get("discounts", [])) > 1:
        raise invalid("You may not specify more than one discount.", "discounts")
    for each in params.get("discounts", []):
        check_redeemable(sandbox, each)
    unknown = sorted(set(params.get("subscription_data", {})) - SUBSCRIPTION_KNOWS)
    if unknown:
        raise invalid(
            f"The sandbox does not know {unknown[0]}.", f"subscription_data[{unknown[0]}]"
        )
    if params.get("subscription_data") and params.get("mode") != "subscription":
        raise invalid("You can not pass `subscription_data` in `payment` mode.",
                      "subscription_data")  # fmt: skip


def _invoice_creation(params: Json, mode: str) -> Json | None:
    if mode != "payment":
        return None
    asked = params.get("invoice_creation", {"enabled": False})
    data = asked.get("invoice_data", {})
    return {
        "enabled": asked["enabled"],
        "invoice_data": {
            "account_tax_ids": None, "custom_fields": None,
            "description": data.get("description"), "footer": data.get("footer"), "issuer": None,
            "metadata": data.get("metadata", {}), "rendering_options": None,
        },
    }  # fmt: skip


def _line_items(sandbox: Sandbox, params: Json, mode: str) -> list[Json]:
    lines = []
    for number, each in enumerate(params.get("line_items", [])):
        if "price" not in each:
            raise invalid("The sandbox takes prices made before.", f"line_items[{number}][price]")
        price = sandbox.store.get("price", each["price"], f"line_items[{number}][price]")
        if not price["active"]:
            raise invalid(f"The price specified is inactive: {price['id']}.", "line_items")
        if price["recurring"] and mode == "payment":
            message = (
                "You specified `payment` mode but passed a recurring price. Either switch to "
                "`subscription` mode or use only one-time prices."
            )
            raise invalid(message, "mode")
        lines.append(_line_item(sandbox, price, each.get("quantity", 1)))
    if not lines:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    recurring = [line["price"]["recurring"] is not None for line in lines]
    if mode == "subscription" and not any(recurring):
        raise invalid("You must provide at least one recurring price in `subscription` mode.",
                      "line_items")  # fmt: skip
    if mode == "subscription" and not all(recurring):
        raise invalid("The sandbox sells no one-off things with a subscription.", "line_items")
    return lines


def _line_item(sandbox: Sandbox, price: Json, quantity: int) -> Json:
    product = sandbox.store.find(price["product"])
    amount = price["unit_amount"] * quantity
    return {
        "id": sandbox.store.new_id("item"), "object": "item", "adjustable_quantity": None,
        "amount_discount": 0, "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount,
        "currency": price["currency"], "description": product["name"] if product else "",
        "metadata": {}, "price": price, "quantity": quantity,
    }  # fmt: skip


def add_up(sandbox: Sandbox, session: Json) -> None:
    """Write what is due on completing a session; in a trial that is nothing."""
    details = sandbox.store.details(session["id"])
    lines: list[Json] = details["lines"]
    amounts = [
        0 if details["trial"] and line["price"]["recurring"]
        else line["price"]["unit_amount"] * line["quantity"]
        for line in lines
    ]  # fmt: skip
    off = [0] * len(amounts)
    for each in session["discounts"]:
        coupon, _ = check_redeemable(sandbox, _named(each))
        off = taken_off(coupon, amounts)
    for line, amount, less in zip(lines, amounts, off, strict=True):
        line.update(amount_subtotal=amount, amount_discount=less, amount_total=amount - less)
    session["amount_subtotal"] = sum(amounts)
    session["amount_total"] = sum(amounts) - sum(off)
    session["total_details"] = {**session["total_details"], "amount_discount": sum(off)}


def _named(discount: Json) -> Json:
    """Return a session's discount as it would be sent: a code, else a coupon."""
    code = discount["promotion_code"]
    return {"promotion_code": code} if code else {"coupon": discount["coupon"]}


def discounts_of(session: Json) -> list[Json]:
    """Return a session's discounts as a subscription is given them."""
    return [_named(each) for each in session["discounts"]]


def use_code(sandbox: Sandbox, session: Json, typed: str) -> None:
    """Use a promotion code that the customer typed, instead of any before."""
    code = find_code(sandbox, typed) if session["allow_promotion_codes"] else None
    if code is None or code["customer"] not in (None, session["customer"]):
        raise invalid("This code is invalid.", "promotion_code")
    entry = {"coupon": None, "promotion_code": code["id"]}
    check_redeemable(sandbox, _named(entry))
    session["discounts"] = [entry]
    add_up(sandbox, session)


@falls_due("checkout")
def _expire(sandbox: Sandbox, id_: str, _at: int) -> None:
    session = sandbox.store.get("checkout.session", id_)
    if session["status"] == "open":
        sandbox.change(session, "checkout.session.expired", status="expired", url=None)


@serves(SessionService.expire)
def expire_session(sandbox: Sandbox, call: Call) -> Json:
    """Close an open session; its page says so."""
    session = sandbox.store.get("checkout.session", call.id)
    if session["status"] != "open":
        raise invalid("Only Checkout Sessions with a status in [\"open\"] can be expired. This "
                      f"Checkout Session has a status of `{session['status']}`.")  # fmt: skip
    return sandbox.change(session, "checkout.session.expired", status="expired", url=None)


@serves(SessionService.retrieve)
def retrieve_session(sandbox: Sandbox, call: Call) -> Json:
    """Return a session."""
    return sandbox.store.get("checkout.session", call.id)


@serves(SessionService.list, "created customer payment_intent status subscription")
def list_sessions(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the sessions, the newest first."""
    names = ("customer", "payment_intent", "status", "subscription")
    return matching(sandbox.store.all("checkout.session"), call.params, *names)


@serves(SessionLineItemService.list)
def list_line_items(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return what a session is to pay for."""
    sandbox.store.get("checkout.session", call.id)
    lines: list[Json] = sandbox.store.details(call.id)["lines"]
    return lines


@included_on_demand("checkout.session", "line_items")
def _included_lines(sandbox: Sandbox, session: Json) -> Json:
    lines = sandbox.store.details(session["id"])["lines"]
    return list_of(lines, f"/v1/checkout/sessions/{session['id']}/line_items")
