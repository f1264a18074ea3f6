"""Coupons, promotion codes and the discounts they give (https://docs.stripe.com/billing/subscriptions/coupons)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe._coupon_service import CouponService
from stripe._promotion_code_service import PromotionCodeService

from tests.stripe_sandbox.clock import later
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import included_on_demand
from tests.stripe_sandbox.fields import matching, merged, unset_empty
from tests.stripe_sandbox.serving import Call, serves


@serves(
    CouponService.create,
    "amount_off applies_to currency duration duration_in_months id max_redemptions metadata name "
    "percent_off redeem_by",
)
def create_coupon(sandbox: Sandbox, call: Call) -> Json:
    """Make a coupon: an amount or a part off, once, for some months, or for ever."""
    params = call.params
    if ("amount_off" in params) == ("percent_off" in params):
        raise invalid("You must pass either `percent_off` or `amount_off`.", "percent_off")
    if "amount_off" in params and "currency" not in params:
        raise invalid("You must pass currency when passing amount_off", "currency")
    duration = params.get("duration", "once")
    if (duration == "repeating") != ("duration_in_months" in params):
        raise invalid("`duration_in_months` goes with duration=repeating.", "duration_in_months")
    chosen = params.get("id")
    if chosen and sandbox.store.find(chosen):
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    coupon = sandbox.new(
        "coupon",
        **({"id": chosen} if chosen else {}),
        amount_off=params.get("amount_off"),
        currency=params.get("currency"),
        duration=duration,
        duration_in_months=params.get("duration_in_months"),
        max_redemptions=params.get("max_redemptions"),
        metadata=merged({}, params.get("metadata")),
        name=params.get("name"),
        percent_off=params.get("percent_off"),
        redeem_by=params.get("redeem_by"),
        times_redeemed=0,
        valid=True,
    )
    if "applies_to" in params:
        coupon["applies_to"] = {"products": params["applies_to"].get("products", [])}
    sandbox.emit("coupon.created", coupon)
    return coupon


@included_on_demand("coupon", "applies_to")
def applies_to(sandbox: Sandbox, coupon: Json) -> None:
    """Return that a coupon is for everything, where it does not say for what."""
    return


@serves(CouponService.retrieve)
def retrieve_coupon(sandbox: Sandbox, call: Call) -> Json:
    """Return a coupon."""
    return sandbox.store.get("coupon", call.id)


@serves(CouponService.update, "metadata name")
def update_coupon(sandbox: Sandbox, call: Call) -> Json:
    """Change a coupon's name or metadata; nothing else may change."""
    coupon = sandbox.store.get("coupon", call.id)
    fields = unset_empty(call.params, "name")
    if "metadata" in call.params:
        fields["metadata"] = merged(coupon["metadata"], call.params["metadata"])
    return sandbox.change(coupon, "coupon.updated", **fields)


@serves(CouponService.list, "created")
def list_coupons(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the coupons, the newest first."""
    return matching(sandbox.store.all("coupon"), call.params)


@serves(CouponService.delete)
def delete_coupon(sandbox: Sandbox, call: Call) -> Json:
    """Remove a coupon; discounts already given stay."""
    coupon = sandbox.store.get("coupon", call.id)
    sandbox.store.remove(coupon)
    sandbox.store.details("deleted coupons")[call.id] = coupon
    sandbox.emit("coupon.deleted", {**coupon, "valid": False})
    return {"id": call.id, "object": "coupon", "deleted": True}


@serves(
    PromotionCodeService.create,
    "active code customer expires_at max_redemptions metadata promotion restrictions",
)
def create_promotion_code(sandbox: Sandbox, call: Call) -> Json:
    """Make a code that customers can type, for a coupon."""
    params = call.params
    coupon = sandbox.store.get("coupon", params["promotion"].get("coupon", ""), "promotion[coupon]")
    code = (
        params.get("code") or sandbox.store.token(f"code:{coupon['id']}:{sandbox.now}", 8).upper()
    )
    if find_code(sandbox, code):
        raise invalid(f"An active promotion code with `code: {code}` already exists.", "code")
    restrictions = params.get("restrictions", {})
    made = sandbox.new(
        "promotion_code",
        active=params.get("active", True),
        code=code,
        customer=params.get("customer"),
        expires_at=params.get("expires_at"),
        max_redemptions=params.get("max_redemptions"),
        metadata=params.get("metadata", {}),
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions={
            "first_time_transaction": restrictions.get("first_time_transaction", False),
            "minimum_amount": restrictions.get("minimum_amount"),
            "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
        },
        times_redeemed=0,
    )
    sandbox.emit("promotion_code.created", made)
    return made


@serves(PromotionCodeService.retrieve)
def retrieve_promotion_code(sandbox: Sandbox, call: Call) -> Json:
    """Return a promotion code."""
    return sandbox.store.get("promotion_code", call.id)


@serves(PromotionCodeService.update, "active metadata")
def update_promotion_code(sandbox: Sandbox, call: Call) -> Json:
    """Switch a code on or off, or change its metadata."""
    code = sandbox.store.get("promotion_code", call.id)
    fields: dict[str, Any] = unset_empty(call.params, "active")
    if "metadata" in call.params:
        fields["metadata"] = merged(code["metadata"], call.params["metadata"])
    return sandbox.change(code, "promotion_code.updated", **fields)


@serves(PromotionCodeService.list, "active code coupon created customer")
def list_promotion_codes(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the promotion codes, the newest first."""
    found = matching(sandbox.store.all("promotion_code"), call.params, "active", "code", "customer")
    coupon = call.params.get("coupon")
    return [each for each in found if coupon in (None, each["promotion"]["coupon"])]


def find_code(sandbox: Sandbox, typed: str) -> Json | None:
    """Return the active promotion code a customer typed; case does not matter."""
    for code in sandbox.store.all("promotion_code"):
        if code["active"] and code["code"].lower() == typed.strip().lower():
            return code
    return None


def coupon_of(sandbox: Sandbox, id_: str) -> Json:
    """Return a coupon, even one that has been deleted since."""
    deleted: Json | None = sandbox.store.details("deleted coupons").get(id_)
    return deleted or sandbox.store.get("coupon", id_, "coupon")


def check_redeemable(
    sandbox: Sandbox, sent: Json, currency: str | None = None
) -> tuple[Json, Json | None]:
    """Return the coupon, and the code, that a `discounts` entry names, if it may be used now.

    currency: of what it is to be taken off, which an amount off must be in too.
    """
    code = None
    if "promotion_code" in sent:
        code = sandbox.store.get("promotion_code", sent["promotion_code"], "promotion_code")
        if not code["active"] or _used_up(code) or _late(code["expires_at"], sandbox):
            raise invalid(f"Promotion code {code['id']} is expired or inactive.", "discounts")
    coupon_id = code["promotion"]["coupon"] if code else sent.get("coupon", "")
    coupon = sandbox.store.get("coupon", coupon_id, "coupon")
    if not coupon["valid"] or _used_up(coupon) or _late(coupon["redeem_by"], sandbox):
        raise invalid(
            f"Coupon {coupon['id']} is used up or expired.", "discounts", "coupon_expired"
        )
    if coupon["currency"] is not None and currency not in (None, coupon["currency"]):
        raise invalid(f"Coupon {coupon['id']} is in {coupon['currency']}.", "discounts")
    return coupon, code


def check_typed(sandbox: Sandbox, code: Json, amount: int, customer: str | None) -> None:
    """Fail unless a code may be used by a customer for an order of this amount.

    https://docs.stripe.com/billing/subscriptions/coupons#promotion-codes
    """
    restrictions = code["restrictions"]
    paid = (charge["customer"] for charge in sandbox.store.all("charge") if charge["paid"])
    if code["customer"] not in (None, customer):
        raise invalid("This code is invalid.", "promotion_code")
    if restrictions["first_time_transaction"] and customer is not None and customer in paid:
        raise invalid("This code is for new customers.", "promotion_code")
    if amount < (restrictions["minimum_amount"] or 0):
        raise invalid("This code is for larger orders.", "promotion_code")


def _used_up(obj: Json) -> bool:
    most: int | None = obj["max_redemptions"]
    return most is not None and obj["times_redeemed"] >= most


def _late(until: int | None, sandbox: Sandbox) -> bool:
    return until is not None and until < sandbox.now


def give(sandbox: Sandbox, sent: Json, customer: str | None, subscription: str | None) -> Json:
    """Give a discount for a `discounts` entry (coupon, promotion_code or an existing discount)."""
    if "discount" in sent:
        return sandbox.store.get("discount", sent["discount"], "discount")
    coupon, code = check_redeemable(sandbox, sent)
    for used in (coupon, code):
        if used is not None:
            used["times_redeemed"] += 1
    coupon["valid"] = not _used_up(coupon)
    months = coupon["duration_in_months"]
    return sandbox.new(
        "discount",
        checkout_session=None,
        customer=customer,
        end=later(sandbox.now, "month", months) if months else None,
        invoice=None,
        invoice_item=None,
        promotion_code=code["id"] if code else None,
        source={"type": "coupon", "coupon": coupon["id"]},
        start=sandbox.now,
        subscription=subscription,
        subscription_item=None,
    )


def give_all(sandbox: Sandbox, sent: Any, subscription: Json) -> list[str]:
    """Return the ids of the discounts a subscription is to have; an empty string: none.

    An empty array changes nothing. https://docs.stripe.com/api/subscriptions/update
    """
    if sent == []:
        return list(subscription["discounts"])
    owner, id_ = subscription["customer"], subscription["id"]
    return [give(sandbox, each, owner, id_)["id"] for each in sent or []]


def kept(sandbox: Sandbox, sent: Any) -> list[str]:
    """Return the ids of discounts that there are already; an empty string: none."""
    if any("discount" not in each for each in sent):
        raise invalid("The sandbox takes discounts that there are already here.", "discounts")
    return [sandbox.store.get("discount", each["discount"], "discounts")["id"] for each in sent]


def put(sandbox: Sandbox, subscription: Json, discounts: list[str]) -> None:
    """Let a subscription have these discounts, and tell of those that it loses."""
    lost = [id_ for id_ in subscription["discounts"] if id_ not in discounts]
    sandbox.change(subscription, None, discounts=discounts)
    for id_ in lost:
        sandbox.emit("customer.discount.deleted", sandbox.store.get("discount", id_))


def taken_off(coupon: Json, amounts: list[int]) -> list[int]:
    """Return what a coupon takes off each of several amounts, exact to the smallest unit.

    An amount off is spread in proportion, the last amount taking what rounding left.
    """
    if coupon["percent_off"] is not None:
        return [rounded(amount * round(coupon["percent_off"] * 100), 10_000) for amount in amounts]
    whole = sum(amounts)
    off = min(coupon["amount_off"], max(whole, 0))
    shares = [rounded(off * amount, whole) if whole else 0 for amount in amounts]
    if shares:
        shares[-1] += off - sum(shares)
    return shares


def rounded(numerator: int, denominator: int) -> int:
    """Return a quotient, rounded half away from zero; the denominator is positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))
