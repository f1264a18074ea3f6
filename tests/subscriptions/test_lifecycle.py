"""Every status of a subscription, and what it means for reading."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paywall.subscriptions.lifecycle import Reason, right_of
from paywall.subscriptions.snapshot import Snapshot, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = 14 * DAY
PAID = Snapshot(
    stripe_id="sub_1",
    customer_id="cus_1",
    status=Status.ACTIVE,
    price_id="price_1",
    started_at=NOW - 100 * DAY,
    period_starts_at=NOW - 10 * DAY,
    period_ends_at=NOW + 20 * DAY,
)


@pytest.mark.parametrize(
    ("change", "reason", "until"),
    [
        ({}, Reason.PAID, PAID.period_ends_at + GRACE),
        (
            {"status": Status.TRIALING, "trial_ends_at": NOW + 3 * DAY},
            Reason.TRIAL,
            NOW + 3 * DAY + GRACE,
        ),
        ({"cancels_at": PAID.period_ends_at}, Reason.CANCELLED_LATER, PAID.period_ends_at),
        (
            {"status": Status.TRIALING, "cancels_at": NOW + 3 * DAY},
            Reason.CANCELLED_LATER,
            NOW + 3 * DAY,
        ),
        (
            {"status": Status.PAST_DUE, "unpaid_since": NOW - 2 * DAY},
            Reason.IN_GRACE,
            NOW + 12 * DAY,
        ),
        ({"status": Status.PAST_DUE}, Reason.IN_GRACE, PAID.period_starts_at + GRACE),
        (
            {"status": Status.PAST_DUE, "unpaid_since": NOW - GRACE},
            Reason.IN_GRACE,
            NOW,
        ),
        (
            {
                "status": Status.PAST_DUE,
                "unpaid_since": NOW - 2 * DAY,
                "cancels_at": NOW + DAY,
            },
            Reason.IN_GRACE,
            NOW + DAY,
        ),
        (
            {"status": Status.UNPAID, "unpaid_since": NOW - 20 * DAY},
            Reason.UNPAID,
            NOW - 20 * DAY,
        ),
        ({"status": Status.UNPAID}, Reason.UNPAID, PAID.period_starts_at),
        ({"status": Status.PAUSED, "trial_ends_at": NOW - DAY}, Reason.PAUSED, NOW - DAY),
        ({"status": Status.INCOMPLETE}, Reason.NEVER_PAID, None),
        ({"status": Status.INCOMPLETE_EXPIRED}, Reason.NEVER_PAID, None),
        ({"status": Status.CANCELED, "ended_at": NOW - DAY}, Reason.ENDED, NOW - DAY),
    ],
)
def test_right_of(change: dict[str, object], reason: Reason, until: datetime | None) -> None:
    right = right_of(replace(PAID, **change), grace=GRACE)  # type: ignore[arg-type]
    assert (right.reason, right.until) == (reason, until)
    assert right.opens(NOW) == (until is not None and until > NOW)


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED})
)
def test_a_dispute_or_a_full_refund_closes_whatever_the_status(status: Status) -> None:
    snapshot = replace(PAID, status=status, ended_at=NOW)
    hour_ago = NOW - timedelta(hours=1)
    disputed = right_of(snapshot, grace=GRACE, disputed_at=hour_ago)
    refunded = right_of(snapshot, grace=GRACE, refunded_at=hour_ago)
    assert disputed.reason is Reason.DISPUTED
    assert refunded.reason is Reason.REFUNDED
    assert not disputed.opens(NOW)
    assert not refunded.opens(NOW)


def test_what_never_began_has_nothing_to_close() -> None:
    right = right_of(replace(PAID, status=Status.INCOMPLETE), grace=GRACE, disputed_at=NOW)
    assert (right.reason, right.until) == (Reason.NEVER_PAID, None)
