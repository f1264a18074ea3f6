"""Which letters about the printed paper are due: the table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from paywall.circulation.rights import EVERYTHING, Right, Why
from paywall.letters.print_due import PrintFacts, due_letters

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/London")
ACTIVE = Right(True, Why.ACTIVE, EVERYTHING)
OLD = PrintFacts(activation=7, right=ACTIVE, began_at=NOW - 100 * DAY)


def right(why: Why, *, until: timedelta | None = None, opens: bool = True) -> Right:
    return Right(opens, why, EVERYTHING, NOW + until if until is not None else None)


@pytest.mark.parametrize(
    ("facts", "keys"),
    [
        (OLD, []),
        (replace(OLD, began_at=NOW - DAY), ["print-activated:7"]),
        (replace(OLD, began_at=NOW - 8 * DAY), []),
        (
            replace(OLD, right=right(Why.ON_HOLD, until=100 * DAY), held_since=NOW - DAY),
            ["print-hold:7:2026-03-14"],
        ),
        (replace(OLD, right=right(Why.ON_HOLD, until=100 * DAY), held_since=NOW - 8 * DAY), []),
        (replace(OLD, right=right(Why.ON_HOLD)), []),
        (replace(OLD, right=right(Why.STOPPED, until=8 * DAY)), []),
        (replace(OLD, right=right(Why.STOPPED, until=6 * DAY)), ["print-ending:7:2026-03-21"]),
        (replace(OLD, right=right(Why.ABSENT, until=6 * DAY)), ["print-ending:7:2026-03-21"]),
        (replace(OLD, right=right(Why.ON_HOLD, until=6 * DAY)), ["print-ending:7:2026-03-21"]),
        (replace(OLD, right=right(Why.ACTIVE, until=6 * DAY)), []),
        (replace(OLD, right=right(Why.STOPPED, until=-DAY)), []),
        (
            replace(OLD, right=right(Why.ENDED, opens=False), ended_at=NOW - DAY),
            ["print-ended:7:2026-03-14"],
        ),
        (replace(OLD, right=right(Why.ENDED, opens=False), ended_at=NOW - 9 * DAY), []),
        (replace(OLD, right=right(Why.ENDED, opens=False)), []),
        (replace(OLD, right=ACTIVE, ended_at=NOW - DAY), []),
        (
            replace(OLD, written=frozenset({"print-ended:7:2026-03-01"})),
            ["print-back:7:2026-03-01"],
        ),
        (replace(OLD, written=frozenset({"print-ended:8:2026-03-01"})), []),
        (
            replace(
                OLD, written=frozenset({"print-ended:7:2026-03-01", "print-back:7:2026-03-01"})
            ),
            [],
        ),
        (
            replace(OLD, written=frozenset({"print-ended:7:2026-03-01"}), ended_at=NOW - DAY),
            [],
        ),
        (replace(OLD, began_at=NOW, written=frozenset({"print-activated:7"})), []),
    ],
    ids=[
        "nothing new",
        "activated",
        "activated long ago",
        "on hold",
        "on hold for long",
        "on hold when first seen",
        "stopped, ends later",
        "stopped, ends soon",
        "absent, ends soon",
        "on hold for too long soon",
        "active: never of an ending",
        "over by the calendar, not by a file",
        "ended",
        "ended long ago",
        "never began",
        "active again, entitlement not yet",
        "back",
        "somebody else's ending",
        "back, and told so",
        "not back yet",
        "told so",
    ],
)
def test_due(facts: PrintFacts, keys: list[str]) -> None:
    assert [due.key for due in due_letters(facts, now=NOW, zone=ZONE)] == keys
