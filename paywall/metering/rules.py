"""The rules as staff have set them, in force in every process within a second."""

import time
from typing import Any

from paywall.metering.allowances import HOUSE, Allowance, Rules
from paywall.metering.models import MeterRule

REMEMBERED_FOR = 0.8  # seconds

_remembered: tuple[float, Rules] | None = None


def rules_in_force() -> Rules:
    """Return the rules, at most REMEMBERED_FOR seconds old. Without any the house gives seven."""
    global _remembered
    remembered = _remembered
    if remembered and time.monotonic() - remembered[0] < REMEMBERED_FOR:
        return remembered[1]
    asked_at = time.monotonic()
    house, sections = HOUSE, {}
    for slug, readers, strangers in MeterRule.objects.values_list(
        "section__slug", "allowance", "strangers_allowance"
    ):
        if slug is None:
            house = Allowance(readers, strangers)
        else:
            sections[slug] = Allowance(readers, strangers)
    rules = Rules(house, sections)
    _remembered = asked_at, rules
    return rules


def forget(**_signal: Any) -> None:
    """Ask the database again at the next visit; called when a rule changes in this process."""
    global _remembered
    _remembered = None
