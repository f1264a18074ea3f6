"""Stripe's state of a subscription in our words. Pure: from its JSON to a value.

https://docs.stripe.com/api/subscriptions/object
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


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
    paid. `cancels_at`: when it will end by itself, because somebody asked for that. Moments are
    aware, in UTC.
    """

    stripe_id: str
    customer_id: str
    status: Status
    price_id: str
    period_starts_at: datetime
    period_ends_at: datetime
    trial_ends_at: datetime | None = None
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    unpaid_since: datetime | None = None
    invoice_id: str = ""


def snapshot_of(subscription: Mapping[str, Any]) -> Snapshot:
    """Read a subscription, fetched with `latest_invoice` expanded.

    Raises ValueError for a status that is not known here, and for a subscription without items.
    """
    items = subscription["items"]["data"]
    if not items:
        raise ValueError(f"{subscription['id']} has no items: nothing is sold by it.")
    item = items[0]
    period_ends_at = _moment(item["current_period_end"])
    invoice = subscription.get("latest_invoice") or {}
    return Snapshot(
        stripe_id=subscription["id"],
        customer_id=_id_of(subscription["customer"]),
        status=Status(subscription["status"]),
        price_id=_id_of(item["price"]),
        period_starts_at=_moment(item["current_period_start"]),
        period_ends_at=period_ends_at,
        trial_ends_at=_moment_or_none(subscription.get("trial_end")),
        cancels_at=_moment_or_none(subscription.get("cancel_at"))
        or (period_ends_at if subscription.get("cancel_at_period_end") else None),
        ended_at=_moment_or_none(subscription.get("ended_at")),
        unpaid_since=_unpaid_since(invoice),
        invoice_id=_id_of(invoice) if invoice else "",
    )


def _unpaid_since(invoice: Mapping[str, Any] | str) -> datetime | None:
    if isinstance(invoice, str) or invoice.get("status") not in {"open", "uncollectible"}:
        return None
    return _moment(invoice["created"])


def _id_of(thing: Mapping[str, Any] | str) -> str:
    return thing if isinstance(thing, str) else str(thing["id"])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
