"""What letters are decided from and written with: one customer's rows, as plain values. Pure.

Moments are aware. Amounts are in the currency's smallest unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from paywall.catalog.terms import Terms
from paywall.subscriptions.snapshot import Status


@dataclass(frozen=True, slots=True)
class Sold:
    """What a price buys; no sections: everything."""

    price_id: str
    package: str
    terms: Terms
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription, and what its audit trail says of our own knowledge of it.

    `known_since`: when it was recorded first. `cancel_known_since`: when we last heard that it
    was cancelled, or that it was not any more. `ended_by_reader`: by their own wish,
    whoever carried it out.
    """

    stripe_id: str
    status: Status
    reason: str
    sold: Sold
    started_at: datetime
    period_starts_at: datetime
    period_ends_at: datetime
    price_since: datetime
    known_since: datetime
    cancel_known_since: datetime | None = None
    trial_ends_at: datetime | None = None
    discount_ends_at: datetime | None = None
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    opens_until: datetime | None = None
    next_sold: Sold | None = None
    next_price_at: datetime | None = None
    card_brand: str = ""
    card_last4: str = ""
    card_ends_date: date | None = None
    ended_by_reader: bool = False

    @property
    def renews(self) -> bool:
        """Whether a payment follows the running period, or the trial."""
        in_force = self.status in {Status.TRIALING, Status.ACTIVE}
        return in_force and (self.cancels_at is None or self.cancels_at > self.period_ends_at)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of a subscription. `page` is where it is seen and paid."""

    stripe_id: str
    subscription_id: str
    status: str
    billing_reason: str
    currency: str
    amount_due: int
    amount_paid: int
    amount_refunded: int
    attempts: int
    next_attempt_at: datetime | None
    period_starts_at: datetime
    period_ends_at: datetime
    made_at: datetime
    paid_at: datetime | None
    refunded_at: datetime | None
    page: str = ""
    receipt: str = ""

    @property
    def paper(self) -> str:
        """Where the receipt is, or else the invoice."""
        return self.receipt or self.page


@dataclass(frozen=True, slots=True)
class PassRow:
    """A pass. `ends_at`: when it stops opening stories; None: not paid yet."""

    stripe_id: str
    sold: Sold
    currency: str
    amount_paid: int
    amount_refunded: int
    paid_at: datetime | None
    ends_at: datetime | None
    refunded_at: datetime | None
    disputed_at: datetime | None
    receipt: str = ""

    @property
    def paper(self) -> str:
        return self.receipt


@dataclass(frozen=True, slots=True)
class Facts:
    """All of one customer's that a letter may be about.

    `written`: the keys of the letters there are already. `stopped`: the reader wants no letters
    but those about money.
    """

    subscriptions: Sequence[SubscriptionRow] = ()
    invoices: Sequence[InvoiceRow] = ()
    passes: Sequence[PassRow] = ()
    written: frozenset[str] = frozenset()
    stopped: bool = False
