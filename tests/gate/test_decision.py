from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from paywall.catalog.story import Access
from paywall.gate.decision import OPENING, Decision, Outcome, Visit, decide

# Somebody with an account, about to open the last of seven.
LAST_FREE_VISIT = Visit(Access.METERED, signed_in=True, allowance=7, used=6)
STRANGER = {"signed_in": False, "allowance": 0, "used": 0}
SUBSCRIBERS = {"access": Access.SUBSCRIBERS}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"access": Access.FREE}, Outcome.FREE),
        ({"access": Access.FREE, "previewing": True, "entitled": True}, Outcome.FREE),
        ({"access": Access.FREE, **STRANGER}, Outcome.FREE),
        ({"previewing": True, "entitled": True}, Outcome.PREVIEWING),
        ({**SUBSCRIBERS, "previewing": True}, Outcome.PREVIEWING),
        ({"entitled": True, "read_before": True}, Outcome.ENTITLED),
        ({"entitled": True, "used": 7}, Outcome.ENTITLED),
        ({"entitled": True, "allowance": 0}, Outcome.ENTITLED),
        ({**SUBSCRIBERS, "entitled": True}, Outcome.ENTITLED),
        ({"read_before": True}, Outcome.READ_BEFORE),
        ({"read_before": True, "used": 7}, Outcome.READ_BEFORE),
        ({"read_before": True, "used": 9, "allowance": 2}, Outcome.READ_BEFORE),
        ({"read_before": True, "allowance": 0}, Outcome.READ_BEFORE),
        ({**STRANGER, "read_before": True, "used": 2}, Outcome.READ_BEFORE),
        ({}, Outcome.METERED),
        ({"used": 0}, Outcome.METERED),
        ({"pays_elsewhere": True}, Outcome.METERED),
        ({**STRANGER, "allowance": 1}, Outcome.METERED),
        ({**STRANGER, "allowance": 1, "verifying": True}, Outcome.METERED),
        ({"used": 7}, Outcome.METER_SPENT),
        ({"used": 8}, Outcome.METER_SPENT),
        ({"allowance": 0, "used": 0}, Outcome.METER_SPENT),
        ({"used": 7, "pays_elsewhere": True}, Outcome.METER_SPENT),
        (STRANGER, Outcome.SIGN_IN),
        ({**STRANGER, "allowance": 2, "used": 2}, Outcome.SIGN_IN),
        ({**STRANGER, "verifying": True}, Outcome.VERIFY_EMAIL),
        ({**STRANGER, "verifying": True, "allowance": 2, "used": 2}, Outcome.VERIFY_EMAIL),
        ({**SUBSCRIBERS, **STRANGER}, Outcome.SIGN_IN),
        ({**SUBSCRIBERS, **STRANGER, "verifying": True}, Outcome.SIGN_IN),
        ({**SUBSCRIBERS, **STRANGER, "allowance": 2}, Outcome.SIGN_IN),
        ({**SUBSCRIBERS, "pays_elsewhere": True}, Outcome.NOT_IN_PACKAGE),
        ({**SUBSCRIBERS, "read_before": True}, Outcome.SUBSCRIBERS_ONLY),
        (SUBSCRIBERS, Outcome.SUBSCRIBERS_ONLY),
    ],
    ids=[
        "free to all",
        "free comes before staff and subscribers",
        "free to a stranger",
        "staff come before subscribers",
        "staff see what is for subscribers",
        "a subscriber is told of no counting, not even of what counted",
        "a subscriber with a spent meter",
        "a subscriber where the house gives nothing",
        "a subscriber, for subscribers",
        "read before",
        "read before, spent since",
        "read before, the rule cut since",
        "read before, the rule gives nothing any more",
        "read before by a stranger",
        "the last of the allowance",
        "the first of the allowance",
        "who pays for other sections has an allowance too",
        "a stranger's allowance",
        "a stranger's allowance comes before the code",
        "spent",
        "a union above the allowance",
        "an allowance of nothing",
        "spent, and paying for other sections",
        "a stranger",
        "a stranger's allowance spent",
        "the code is still to come",
        "the code is still to come, a stranger's allowance spent",
        "a stranger, for subscribers",
        "no code opens what is for subscribers",
        "a stranger's allowance opens nothing for subscribers",
        "pays for other sections, for subscribers",
        "read while it was metered, for subscribers since",
        "for subscribers",
    ],
)
def test_the_first_outcome_that_applies_wins(change: dict[str, Any], outcome: Outcome) -> None:
    assert decide(replace(LAST_FREE_VISIT, **change)).outcome is outcome


@pytest.mark.parametrize(
    ("change", "allowance", "remaining"),
    [
        ({"access": Access.FREE}, None, None),
        ({"previewing": True}, None, None),
        ({"entitled": True}, None, None),
        (STRANGER, None, None),
        ({**STRANGER, "read_before": True}, None, None),
        ({**STRANGER, "allowance": 2, "used": 1}, 2, 1),
        ({}, 7, 1),
        ({"read_before": True}, 7, 1),
        ({"used": 7}, 7, 0),
        ({"used": 9}, 7, 0),
        (SUBSCRIBERS, 7, 1),
    ],
    ids=[
        "free",
        "staff",
        "subscriber",
        "stranger",
        "stranger whose allowance was taken away",
        "stranger with an allowance",
        "before it counts",
        "read before",
        "spent",
        "more than spent",
        "untouched by what is for subscribers",
    ],
)
def test_what_is_left_is_told_only_to_whom_it_is_counted(
    change: dict[str, Any], allowance: int | None, remaining: int | None
) -> None:
    decision = decide(replace(LAST_FREE_VISIT, **change))
    assert (decision.allowance, decision.remaining) == (allowance, remaining)


def test_a_metered_story_opens_only_once_it_counted() -> None:
    decision = decide(LAST_FREE_VISIT)
    assert not decision.opens
    assert decision.opened() == Decision(Outcome.METERED, True, allowance=7, remaining=0)


FLAGS = ("previewing", "entitled", "pays_elsewhere", "signed_in", "verifying", "read_before")


def _every_visit() -> list[Visit]:
    return [
        replace(
            Visit(access, allowance=allowance, used=used),
            **dict(zip(FLAGS, values, strict=True)),  # type: ignore[arg-type]  # all are bool
        )
        for access in Access
        for values in product((False, True), repeat=len(FLAGS))
        for allowance, used in ((0, 0), (0, 3), (2, 0), (2, 2), (2, 5))
    ]


def test_no_visit_at_all_opens_more_than_its_reason_allows() -> None:
    for visit in _every_visit():
        decision = decide(visit)
        assert decision.opens == (decision.outcome in OPENING - {Outcome.METERED})
        if visit.access is not Access.FREE and not visit.previewing and not visit.entitled:
            assert decision.opens == (visit.access is Access.METERED and visit.read_before)
        if decision.outcome is Outcome.METERED:
            assert visit.access is Access.METERED
            assert visit.used < visit.allowance


def test_every_outcome_can_happen() -> None:
    assert {decide(visit).outcome for visit in _every_visit()} == set(Outcome)
