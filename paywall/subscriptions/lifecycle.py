"""Which states of a subscription open stories, and until when. The table is the policy.

| state                            | opens | until                                              |
|----------------------------------|-------|----------------------------------------------------|
| trialing                         | yes   | the trial's end, and the grace for a late renewal  |
| active                           | yes   | the period's end, and the grace for a late renewal |
| active or trialing, cancelled    | yes   | the end that was asked for, and no longer          |
| past due                         | yes   | the grace after the unpaid invoice was made out    |
| past due for longer              | no    |                                                    |
| unpaid, paused                   | no    |                                                    |
| incomplete, incomplete_expired   | no    |                                                    |
| canceled                         | no    |                                                    |
| the period's payment was refunded| no    | at once                                            |
| the payment is disputed          | no    | at once, and staff look at it                      |
| older or partial refunds         | as the status says                                         |

The grace after an active period is for our own delay: a renewal that Stripe made and we have not
heard of must lock nobody out, and reconciling hears of it long before the grace is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from paywall.subscriptions.snapshot import Snapshot, Status


class Reason(StrEnum):
    """Why it opens, or does not."""

    PAID = "paid"
    TRIAL = "trial"
    CANCELLED_LATER = "cancelled later"
    IN_GRACE = "in grace"
    GRACE_OVER = "grace over"
    NEVER_PAID = "never paid"
    UNPAID = "unpaid"
    PAUSED = "paused"
    ENDED = "ended"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Right:
    """What a subscription gives: stories until a moment (exclusive), or none at all."""

    reason: Reason
    until: datetime | None

    def opens(self, at: datetime) -> bool:
        return self.until is not None and at < self.until


CLOSED = {
    Status.UNPAID: Reason.UNPAID,
    Status.PAUSED: Reason.PAUSED,
    Status.INCOMPLETE: Reason.NEVER_PAID,
    Status.INCOMPLETE_EXPIRED: Reason.NEVER_PAID,
    Status.CANCELED: Reason.ENDED,
}


def right_of(
    snapshot: Snapshot,
    *,
    grace: timedelta,
    now: datetime,
    refunded: bool = False,
    disputed: bool = False,
) -> Right:
    """Return what the subscription gives its reader.

    `refunded`: the running period's payment was given back in full. `disputed`: its payment is
    disputed and the dispute not won.
    """
    if disputed:
        return Right(Reason.DISPUTED, None)
    if refunded:
        return Right(Reason.REFUNDED, None)
    if reason := CLOSED.get(snapshot.status):
        return Right(reason, None)
    if snapshot.status is Status.PAST_DUE:
        return _past_due(snapshot, grace, now)
    if snapshot.cancels_at:
        return Right(Reason.CANCELLED_LATER, snapshot.cancels_at)
    if snapshot.status is Status.TRIALING:
        return Right(Reason.TRIAL, (snapshot.trial_ends_at or snapshot.period_ends_at) + grace)
    return Right(Reason.PAID, snapshot.period_ends_at + grace)


def _past_due(snapshot: Snapshot, grace: timedelta, now: datetime) -> Right:
    until = (snapshot.unpaid_since or snapshot.period_starts_at) + grace
    if snapshot.cancels_at:
        until = min(until, snapshot.cancels_at)
    return Right(Reason.IN_GRACE if now < until else Reason.GRACE_OVER, until)
