"""What a switch from one price to another means: now or later, and whether money moves. Pure.

| the subscription          | the new price, in its currency | when, and what is paid           |
|---------------------------|--------------------------------|----------------------------------|
| active                    | is paid less often             | at once; the unused rest of what |
|                           | or as often, and costs more    | was paid is set off              |
| active                    | as often, and costs the same   | at once, and nothing is paid     |
| active                    | is paid more often             | when the time that is paid for   |
|                           | or as often, and costs less    | is over                          |
| on trial                  | any                            | at once, and nothing is paid;    |
|                           |                                | the trial ends when it would     |
| cancelled, not yet over   | as above                       | and it goes on: who switches     |
|                           |                                | wants to stay                    |
| past due, unpaid          | none                           | the open payment comes first     |
| disputed                  | none                           | the bank decides, or it is       |
|                           |                                | cancelled and another is bought  |
| paused                    | none                           | it is cancelled first, which     |
|                           |                                | ends it at once                  |
| never paid, ended, given  | none                           | a package is bought instead      |
| back                      |                                |                                  |

How often comes before how much: a year of a smaller package is a year that is paid today, and a
reader who goes from the year to the month has paid for the year.
"""

from collections.abc import Sequence
from enum import StrEnum

from paywall.catalog.terms import Interval, Terms
from paywall.subscriptions.lifecycle import Reason
from paywall.subscriptions.snapshot import Status

LENGTHS = (Interval.DAY, Interval.WEEK, Interval.MONTH, Interval.YEAR)  # the shortest first
SWITCHABLE = frozenset({Status.ACTIVE, Status.TRIALING})
ENDED = frozenset({Status.CANCELED, Status.INCOMPLETE_EXPIRED})
TO_BE_PAID = frozenset({Status.PAST_DUE, Status.UNPAID})


class Way(StrEnum):
    """How a switch is made."""

    PAID = "paid"  # at once, and prorated
    FREE = "free"  # at once, and no money moves
    LATER = "later"  # when the period that is paid for is over


class Hindrance(StrEnum):
    """Why a subscription cannot be switched now."""

    PAY_FIRST = "pay first"
    DISPUTED = "disputed"
    END_FIRST = "end first"
    OVER = "over"


def hindrance_of(status: Status, reason: str) -> Hindrance | None:
    """Return why there is no switch; `reason` is the lifecycle's word for what it opens."""
    if is_disputed(status, reason):
        return Hindrance.DISPUTED
    if status in TO_BE_PAID:
        return Hindrance.PAY_FIRST
    if status is Status.PAUSED:
        return Hindrance.END_FIRST
    if status not in SWITCHABLE or reason == Reason.REFUNDED:
        return Hindrance.OVER
    return None


def is_disputed(status: Status, reason: str) -> bool:
    """Tell whether it opens nothing for its reader's dispute alone: Stripe still renews it."""
    return reason == Reason.DISPUTED and status not in ENDED


def way_of(before: Terms, after: Terms, *, on_trial: bool) -> Way:
    """Return how a subscription is switched. Raises ValueError where `fits` says no."""
    if not fits(before, after):
        raise ValueError(f"Nobody switches from {before} to {after}.")
    if on_trial or _rank(before) == _rank(after):
        return Way.FREE
    return Way.PAID if _rank(after) > _rank(before) else Way.LATER


def fits(before: Terms, after: Terms) -> bool:
    """Tell whether both renew, in one currency: Stripe never mixes two in a subscription."""
    return before.renews and after.renews and before.currency == after.currency


def staying(before: Terms, others: Sequence[tuple[Terms, bool]]) -> int | None:
    """Return which of the others is the one offer to somebody who is about to cancel, or None.

    `others` are the terms on offer, and whether they are of the same package. It is the dearest
    of what costs less and is paid as often; else the same package, paid more often.
    """
    cheaper = [
        number
        for number, (terms, _) in enumerate(others)
        if fits(before, terms)
        and terms.interval is before.interval
        and terms.amount < before.amount
    ]
    if cheaper:
        return max(cheaper, key=lambda number: others[number][0].amount)
    shorter = [
        number
        for number, (terms, same) in enumerate(others)
        if same and fits(before, terms) and _length(terms) < _length(before)
    ]
    return max(shorter, key=lambda number: _length(others[number][0]), default=None)


def _rank(terms: Terms) -> tuple[int, int]:
    return _length(terms), terms.amount


def _length(terms: Terms) -> int:
    return LENGTHS.index(terms.interval)
