"""Which states of a subscription open stories, and until when. The table is the policy.

| state                             | opens | until                                              |
|-----------------------------------|-------|----------------------------------------------------|
| trialing                          | yes   | the trial's end, and the grace for a late renewal  |
| active                            | yes   | the period's end, and the grace for a late renewal |
| active or trialing, cancelled     | yes   | the end that was asked for, and no longer          |
| past due                          | yes   | the grace after the first unpaid invoice was made  |
| past due for longer               | no    | closed when the grace was over                     |
| unpaid                            | no    | closed when the unpaid invoice was made out        |
| paused (a trial without a card)   | no    | closed at the trial's end                          |
| incomplete, incomplete_expired    | no    | never opened                                       |
| canceled                          | no    | closed when it ended                               |
| the period's payment was refunded | no    | closed at once, and cancelled at Stripe            |
| the payment is disputed           | no    | closed at once, and staff look at it               |
| older or partial refunds          | as the status says                                         |

The grace after an active period is for our own delay: a renewal that Stripe made and we have not
heard of must lock nobody out, and reconciling hears of it long before the grace is over. Every
moment is Stripe's word, never when we heard it: heard late or in another order, it is the same.
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
    NEVER_PAID = "never paid"
    UNPAID = "unpaid"
    PAUSED = "paused"
    ENDED = "ended"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Right:
    """What a subscription gives: stories until a moment (exclusive); None: it never began."""

    reason: Reason
    until: datetime | None

    def opens(self, at: datetime) -> bool:
        return self.until is not None and at < self.until


def right_of(
    snapshot: Snapshot,
    *,
    grace: timedelta,
    refunded_at: datetime | None = None,
    disputed_at: datetime | None = None,
) -> Right:
    """Return what the subscription gives its reader.

    `refunded_at`: when the running period's payment was given back in full. `disputed_at`:
    since when its payment is disputed, unless the dispute was won.
    """
    right = _by_status(snapshot, grace)
    for moment, reason in ((disputed_at, Reason.DISPUTED), (refunded_at, Reason.REFUNDED)):
        if moment and right.until:
            return Right(reason, min(moment, right.until))
    return right


def _by_status(snapshot: Snapshot, grace: timedelta) -> Right:
    trial_ends_at = snapshot.trial_ends_at or snapshot.period_ends_at
    unpaid_since = snapshot.unpaid_since or snapshot.period_starts_at
    match snapshot.status:
        case Status.INCOMPLETE | Status.INCOMPLETE_EXPIRED:
            return Right(Reason.NEVER_PAID, None)
        case Status.CANCELED:
            return Right(Reason.ENDED, snapshot.ended_at or snapshot.period_starts_at)
        case Status.UNPAID:
            return Right(Reason.UNPAID, unpaid_since)
        case Status.PAUSED:
            return Right(Reason.PAUSED, min(trial_ends_at, snapshot.period_ends_at))
        case Status.PAST_DUE:
            until = unpaid_since + grace
            return Right(Reason.IN_GRACE, min(until, snapshot.cancels_at or until))
    if snapshot.cancels_at:
        return Right(Reason.CANCELLED_LATER, snapshot.cancels_at)
    if snapshot.status is Status.TRIALING:
        return Right(Reason.TRIAL, trial_ends_at + grace)
    return Right(Reason.PAID, snapshot.period_ends_at + grace)
