import pytest

from paywall.metering.allowances import HOUSE, Allowance, Rules

RULES = Rules(
    Allowance(readers=7, strangers=1),
    {"sport": Allowance(readers=3, strangers=0), "culture": Allowance(readers=20, strangers=5)},
)


@pytest.mark.parametrize(
    ("section", "signed_in", "allowance"),
    [
        ("news", True, 7),
        ("news", False, 1),
        ("sport", True, 3),
        ("sport", False, 0),
        ("culture", True, 20),
        ("culture", False, 5),
        ("", True, 7),
    ],
    ids=[
        "a reader, by the house's rule",
        "a stranger, by the house's rule",
        "a section that gives less",
        "a section that gives a stranger nothing",
        "a section that gives more",
        "a section that gives a stranger more",
        "a story of no section",
    ],
)
def test_a_sections_own_rule_comes_before_the_houses(
    section: str, signed_in: bool, allowance: int
) -> None:
    assert RULES.allowance(section, signed_in=signed_in) == allowance


def test_the_house_gives_readers_seven_and_strangers_none() -> None:
    rules = Rules(HOUSE, {})
    assert rules.allowance("news", signed_in=True) == 7
    assert rules.allowance("news", signed_in=False) == 0
