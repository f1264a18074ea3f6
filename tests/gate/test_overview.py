"""Which rule a visit meets: what staff are told is what the gate does."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from paywall.catalog.story import Access
from paywall.gate.decision import OPENING, Outcome
from paywall.gate.overview import Asked, Who, overview_of
from paywall.metering.allowances import HOUSE, Allowance, FreeWindow, Rules

AT = datetime(2026, 11, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORM = FreeWindow("weather", AT - HOUR, AT + HOUR)
RULES = Rules(HOUSE, {"sport": Allowance(2, 1)}, (STORM,))


@pytest.mark.parametrize(
    ("who", "section", "access", "used", "outcome", "decides", "why"),
    [
        ("reader", "news", "metered", 6, "metered", "The rule for the whole paper", "1 left"),
        ("reader", "news", "metered", 7, "meter_spent", "The rule for the whole paper", "0 left"),
        ("reader", "sport", "metered", 2, "meter_spent", "The section's rule", "gives 2 a month"),
        ("stranger", "sport", "metered", 0, "metered", "The section's rule", "without an account"),
        ("stranger", "news", "metered", 0, "sign_in", "The rule for the whole paper", "gives 0"),
        ("stranger", "news", "free", 0, "free", "Free stories", "is free"),
        ("stranger", "weather", "subscribers", 0, "free", "Stories open to everybody", "open to"),
        ("stranger", "news", "subscribers", 0, "sign_in", "Subscribers only", "No free story"),
        ("subscriber", "news", "subscribers", 0, "entitled", "Subscriptions, passes", "covers"),
        ("elsewhere", "news", "subscribers", 0, "not_in_package", "Subscribers only", "No free"),
        ("elsewhere", "news", "metered", 0, "metered", "The rule for the whole", "7 left"),
        ("staff", "news", "metered", 9, "previewing", "Staff", "read everything"),
    ],
)
def test_the_rule_that_decides_is_named_with_its_reason(
    who: str, section: str, access: str, used: int, outcome: str, decides: str, why: str
) -> None:
    found = overview_of(Asked(Who(who), section, Access(access), AT, used), RULES)
    assert found.decision.outcome == outcome
    assert found.steps[-1].decides
    assert found.steps[-1].rule.startswith(decides)
    assert why in found.steps[-1].why


def test_one_rule_decides_in_every_case_and_it_is_the_last_shown() -> None:
    for who, section, access, used, at in product(
        Who, ["news", "sport", "weather"], Access, [0, 2, 9], [AT, AT + HOUR]
    ):
        found = overview_of(Asked(who, section, access, at, used), RULES)
        assert [step.decides for step in found.steps].index(True) == len(found.steps) - 1
        assert found.decision.outcome in set(Outcome)
        early = found.decision.outcome in OPENING - {Outcome.METERED}
        assert (found.steps[-1].rule.endswith("whole paper") and early) is False


def test_an_opening_counts_until_its_end_and_no_longer() -> None:
    asked = Asked(Who.STRANGER, "weather", Access.METERED, AT + HOUR)
    assert overview_of(asked, RULES).decision.outcome is Outcome.SIGN_IN
