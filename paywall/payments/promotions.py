"""Promotion codes that readers type at the till. Stripe has them; nothing of them is kept here.

https://docs.stripe.com/billing/subscriptions/coupons#promotion-codes
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from paywall.catalog import money
from paywall.payments.comparing import Kind
from paywall.payments.gateway import Gateway, GatewayError, GatewayRefused, GatewayUnavailable, Json
from paywall.payments.models import Publication

MOST = 300  # codes that a page shows


@dataclass(frozen=True, slots=True)
class Wanted:
    """A code to be made: a percentage or an amount off, for how long, and for whom.

    `amount_off` and `minimum` are in the currency's smallest unit. `months`: None is the first
    payment alone, 0 for ever. `packages`: their numbers; none is every package.
    """

    code: str
    percent_off: int | None = None
    amount_off: int | None = None
    currency: str = ""
    months: int | None = None
    most: int | None = None
    ends_at: datetime | None = None
    first_time: bool = False
    minimum: int | None = None
    packages: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Promotion:
    """A code as Stripe has it, in words for staff."""

    stripe_id: str
    code: str
    active: bool
    gives: str
    redeemed: str
    restrictions: Sequence[str]


def promotions(stripe: Gateway) -> Sequence[Promotion]:
    """Return the newest codes. Raises GatewayError."""
    packages: dict[str, str] = dict(
        Publication.objects.filter(kind=Kind.PACKAGE.value).values_list(
            "stripe_id", "package__name"
        )
    )
    return [_promotion(code, packages) for code in islice(stripe.promotion_codes(), MOST)]


def create(stripe: Gateway, wanted: Wanted, *, key: str) -> None:
    """Make a code; asked twice with one key and the same wish, it is made once.

    Raises GatewayUnavailable, after which the same may be asked again, and GatewayRefused.
    """
    coupon_asked = _coupon(wanted)
    coupon = stripe.create_coupon(coupon_asked, key=_key("coupon", key, coupon_asked))
    asked = _code(wanted, coupon["id"])
    try:
        stripe.create_promotion_code(asked, key=_key("code", key, asked))
    except GatewayUnavailable:
        raise
    except GatewayRefused:
        with suppress(GatewayError):  # nobody can use it without a code
            stripe.delete_coupon(coupon["id"])
        raise


def switch(stripe: Gateway, stripe_id: str, *, on: bool) -> None:
    """Let a code be used, or not; who has its discount keeps it. Raises GatewayError."""
    stripe.update_promotion_code(stripe_id, {"active": on})


def _coupon(wanted: Wanted) -> Json:
    asked: Json = {"name": wanted.code[:40], "metadata": {"made_by": "promotion codes"}}
    if wanted.percent_off is not None:
        asked["percent_off"] = wanted.percent_off
    else:
        asked |= {"amount_off": wanted.amount_off, "currency": wanted.currency.lower()}
    if wanted.months:
        asked |= {"duration": "repeating", "duration_in_months": wanted.months}
    else:
        asked["duration"] = "once" if wanted.months is None else "forever"
    if wanted.packages:
        published = Publication.objects.filter(kind=Kind.PACKAGE.value, package__in=wanted.packages)
        products = sorted(published.values_list("stripe_id", flat=True))
        if len(products) < len(wanted.packages):
            raise GatewayRefused("Publish the packages to Stripe first: one of them is not there.")
        asked["applies_to"] = {"products": products}
    return asked


def _code(wanted: Wanted, coupon: str) -> Json:
    asked: Json = {"code": wanted.code, "promotion": {"type": "coupon", "coupon": coupon}}
    restrictions: Json = {}
    if wanted.first_time:
        restrictions["first_time_transaction"] = True
    if wanted.minimum:
        restrictions |= {
            "minimum_amount": wanted.minimum,
            "minimum_amount_currency": wanted.currency.lower(),
        }
    if restrictions:
        asked["restrictions"] = restrictions
    if wanted.most:
        asked["max_redemptions"] = wanted.most
    if wanted.ends_at:
        asked["expires_at"] = int(wanted.ends_at.timestamp())
    return asked


def _key(what: str, key: str, asked: Json) -> str:
    """Return an idempotency key: another wish under the same form's key is another thing."""
    facts = json.dumps([key, asked], sort_keys=True)
    return f"promotion-{what}-{hashlib.sha256(facts.encode()).hexdigest()}"


def _promotion(code: Json, packages: dict[str, str]) -> Promotion:
    coupon = code["promotion"]["coupon"]
    most = code["max_redemptions"]
    return Promotion(
        stripe_id=code["id"],
        code=code["code"],
        active=code["active"],
        gives=_gives(coupon) if isinstance(coupon, dict) else "See Stripe",
        redeemed=f"{code['times_redeemed']} of {most}" if most else str(code["times_redeemed"]),
        restrictions=list(_restrictions(code, coupon, packages)),
    )


def _gives(coupon: Json) -> str:
    off = (
        f"{coupon['percent_off']:g} %"
        if coupon["percent_off"] is not None
        else _amount(coupon["amount_off"], coupon["currency"])
    )
    if coupon["duration"] == "repeating":
        return f"{off} off for {coupon['duration_in_months']} months"
    return f"{off} off {'for ever' if coupon['duration'] == 'forever' else 'the first payment'}"


def _restrictions(code: Json, coupon: Json | str, packages: dict[str, str]) -> list[str]:
    found, rules = [], code["restrictions"]
    if rules["first_time_transaction"]:
        found.append("new customers")
    if rules["minimum_amount"]:
        least = _amount(rules["minimum_amount"], rules["minimum_amount_currency"])
        found.append(f"orders from {least}")
    applies_to = (coupon.get("applies_to") if isinstance(coupon, dict) else None) or {}
    if products := applies_to.get("products"):
        found.append("packages: " + ", ".join(packages.get(one, one) for one in products))
    if code["customer"]:
        found.append("one customer")
    if code["expires_at"]:
        ends = datetime.fromtimestamp(code["expires_at"], UTC)
        found.append(f"until {ends:%-d %B %Y, %H:%M} UTC")
    return found


def _amount(amount: int, currency: str) -> str:
    return f"{money.in_units(amount, currency.upper())} {currency.upper()}"
