"""Stripe's state of a subscription in our words. Pure: from its JSON to a value.

https://docs.stripe.com/api/subscriptions/object
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from paywall.subscriptions.leaving import MARK, By

UNPAID = frozenset({"open", "uncollectible"})  # invoices that somebody owes
REQUESTED = "cancellation_requested"  # why it ended, where somebody chose that


class Status(StrEnum):
    """https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A subscription as it was when it was fetched.

    `unpaid_since`: when the open invoice of the running period was made out, while it is not
    paid. `cancels_at`: when it will end by itself, because somebody asked for that.
    `discount_ends_at`: when the last discount is over, by itself or with a switch.
    `next_price_id`: what a schedule switches to, at `next_price_at`. `card_ends_date`: the first
    day on which the card is invalid. `cancel_reason` and `cancel_feedback`: why it ends, in
    Stripe's words; `cancelled_by`: who chose that (`leaving.By`). Moments are aware, in UTC.
    """

    stripe_id: str
    customer_id: str
    status: Status
    price_id: str
    started_at: datetime
    period_starts_at: datetime
    period_ends_at: datetime
    trial_ends_at: datetime | None = None
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    unpaid_since: datetime | None = None
    discount_ends_at: datetime | None = None
    next_price_id: str = ""
    next_price_at: datetime | None = None
    invoice_id: str = ""
    card_brand: str = ""
    card_last4: str = ""
    card_ends_date: date | None = None
    cancel_reason: str = ""
    cancel_feedback: str = ""
    cancelled_by: str = ""


def snapshot_of(subscription: Mapping[str, Any]) -> Snapshot:
    """Read a subscription, fetched with what `gateway.SUBSCRIPTION_WITH` names expanded.

    Raises ValueError for a status that is not known here, and for a subscription without items.
    """
    items = subscription["items"]["data"]
    if not items:
        raise ValueError(f"{subscription['id']} has no items: nothing is sold by it.")
    item = items[0]
    period_ends_at = _moment(item["current_period_end"])
    invoice = subscription.get("latest_invoice") or {}
    next_price_id, next_price_at = _switch(subscription)
    brand, last4, card_ends_date = _card(subscription)
    return Snapshot(
        stripe_id=subscription["id"],
        customer_id=_id_of(subscription["customer"]),
        status=Status(subscription["status"]),
        price_id=_id_of(item["price"]),
        started_at=_moment(subscription["start_date"]),
        period_starts_at=_moment(item["current_period_start"]),
        period_ends_at=period_ends_at,
        trial_ends_at=_moment_or_none(subscription.get("trial_end")),
        cancels_at=_moment_or_none(subscription.get("cancel_at"))
        or (period_ends_at if subscription.get("cancel_at_period_end") else None),
        ended_at=_moment_or_none(subscription.get("ended_at")),
        unpaid_since=_unpaid_since(invoice),
        discount_ends_at=_discount_ends_at(subscription),
        next_price_id=next_price_id,
        next_price_at=next_price_at,
        invoice_id=_id_of(invoice) if invoice else "",
        card_brand=brand,
        card_last4=last4,
        card_ends_date=card_ends_date,
        cancel_reason=(subscription.get("cancellation_details") or {}).get("reason") or "",
        cancel_feedback=(subscription.get("cancellation_details") or {}).get("feedback") or "",
        cancelled_by=_who(subscription),
    )


def _who(subscription: Mapping[str, Any]) -> str:
    """Return who chose that it ends, as we told Stripe; "" where it was chosen there.

    What we told stays at Stripe when somebody takes the cancellation back there: it is believed
    only while there is one, or once that is why it ended. Whoever then cancels there as well is
    taken for whom we told of, unless we changed it in between (`switching.going_on`).
    """
    if subscription["status"] in {Status.CANCELED, Status.INCOMPLETE_EXPIRED}:
        reason = (subscription.get("cancellation_details") or {}).get("reason")
        is_chosen = reason == REQUESTED
    else:
        is_chosen = bool(subscription.get("cancel_at") or subscription.get("cancel_at_period_end"))
    told = (subscription.get("metadata") or {}).get(MARK, "") if is_chosen else ""
    return told if told in set(By) else ""


def _unpaid_since(invoice: Mapping[str, Any] | str) -> datetime | None:
    if isinstance(invoice, str) or invoice.get("status") not in UNPAID:
        return None
    return _moment(invoice["created"])


def _discount_ends_at(subscription: Mapping[str, Any]) -> datetime | None:
    discounts = [each for each in subscription.get("discounts") or [] if not isinstance(each, str)]
    phase = _next_phase(subscription)
    if phase is None:
        ends = [each["end"] for each in discounts if each.get("end")]
    else:
        stay = {_id_of(each["discount"]) for each in phase["discounts"] if each.get("discount")}
        ends = [
            each["end"] if each["id"] in stay else min(each["end"], phase["start_date"])
            for each in discounts
            if each.get("end")
        ]
    return _moment(max(ends)) if ends else None


def _switch(subscription: Mapping[str, Any]) -> tuple[str, datetime | None]:
    """Return the price that the schedule's next phase brings, and when, or ("", None)."""
    phase = _next_phase(subscription)
    if phase is None:
        return "", None
    return _id_of(phase["items"][0]["price"]), _moment(phase["start_date"])


def _next_phase(subscription: Mapping[str, Any]) -> Mapping[str, Any] | None:
    schedule = subscription.get("schedule")
    if not isinstance(schedule, Mapping) or not schedule.get("current_phase"):
        return None
    begins = schedule["current_phase"]["end_date"]
    phases: list[Mapping[str, Any]] = schedule["phases"]
    return next((phase for phase in phases if phase["start_date"] == begins), None)


def _card(subscription: Mapping[str, Any]) -> tuple[str, str, date | None]:
    """Return brand, last four and first invalid day of what renewals are charged to."""
    customer = subscription["customer"]
    settings = customer.get("invoice_settings", {}) if isinstance(customer, Mapping) else {}
    method = (
        subscription.get("default_payment_method") or settings.get("default_payment_method") or {}
    )
    if isinstance(method, str):
        return "", "", None
    if card := method.get("card"):
        year, month = card["exp_year"], card["exp_month"]
        ends_date = date(year + month // 12, month % 12 + 1, 1)
        return card["brand"], card["last4"], ends_date
    account = method.get("sepa_debit") or {}
    return ("bank account" if account else ""), account.get("last4") or "", None


def _id_of(thing: Mapping[str, Any] | str) -> str:
    return thing if isinstance(thing, str) else str(thing["id"])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
