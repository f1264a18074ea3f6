"""Which discounts a subscription takes along to another price.

An introductory offer is one price's, and ends with it: else so much off the old price would be
taken off the new one. What a promotion code gave, and what staff gave at Stripe, is the reader's.
https://docs.stripe.com/billing/subscriptions/coupons
"""

from datetime import UTC, datetime

from paywall.payments.comparing import Kind
from paywall.payments.gateway import Json
from paywall.payments.models import Publication


def taken_along(theirs: Json) -> list[Json]:
    """Return the discounts that stay in a switch, of a subscription fetched with them."""
    discounts: list[Json] = theirs.get("discounts") or []
    coupons = {_coupon_of(each) for each in discounts}
    offers = set(
        Publication.objects.filter(kind=Kind.OFFER.value, stripe_id__in=coupons).values_list(
            "stripe_id", flat=True
        )
        if coupons
        else ()
    )
    return [each for each in discounts if _coupon_of(each) not in offers]


def asked_for(theirs: Json) -> Json:
    """Return what has Stripe keep those alone: nothing where all of them stay."""
    stays = taken_along(theirs)
    if len(stays) == len(theirs.get("discounts") or []):
        return {}
    return {"discounts": named(stays)}


def named(discounts: list[Json]) -> list[Json] | str:
    """Return discounts as Stripe is asked for them; an empty string asks for none."""
    return [{"discount": each["id"]} for each in discounts] or ""


def last_beyond(theirs: Json, at: datetime) -> bool:
    """Tell whether some discount that stays in a switch lasts longer than until a moment."""
    ends = [each["end"] for each in taken_along(theirs) if each["end"]]
    return any(datetime.fromtimestamp(end, UTC) > at for end in ends)


def _coupon_of(discount: Json) -> str:
    coupon = discount["source"]["coupon"]
    return coupon if isinstance(coupon, str) else str((coupon or {}).get("id", ""))
