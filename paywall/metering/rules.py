"""The rules as staff have set them, in force in every process within a second."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, F, IntegerField, Value
from django.db.models.functions import Cast

from paywall import clock
from paywall.metering.allowances import HOUSE, Allowance, FreeWindow, Rules
from paywall.metering.models import FreeMode, MeterRule

REMEMBERED_FOR = 0.8  # seconds
# A visit is decided by the moment it came at, which a free mode may just have outlived.
RAN_OUT_FOR = timedelta(hours=1)

_remembered: tuple[float, Rules] | None = None


def rules_in_force() -> Rules:
    """Return the rules, at most REMEMBERED_FOR seconds old. Without any the house gives seven.

    One query has both the rules and the free modes that nobody has ended and that have not run out.
    """
    global _remembered
    remembered = _remembered
    if remembered and time.monotonic() - remembered[0] < REMEMBERED_FOR:
        return remembered[1]
    asked_at = time.monotonic()
    rules = _of_rows(_rows(clock.now() - RAN_OUT_FOR))
    _remembered = asked_at, rules
    return rules


def rules_at(at: datetime) -> Rules:
    """Return the rules with the free modes as they are at a moment that somebody thinks of."""
    return _of_rows(_rows(at))


def forget(**_signal: Any) -> None:
    """Ask the database again at the next visit; called when a rule changes in this process."""
    global _remembered
    _remembered = None


def _of_rows(rows: Any) -> Rules:
    house, sections, free = HOUSE, {}, []
    for slug, readers, strangers, starts_at, ends_at in rows:
        if ends_at is not None:
            free.append(FreeWindow(slug, starts_at, ends_at))
        elif slug is None:
            house = Allowance(readers, strangers)
        else:
            sections[slug] = Allowance(readers, strangers)
    return Rules(house, sections, tuple(free))


def _rows(at: datetime) -> Any:
    """Return (section's slug, readers, strangers, starts_at, ends_at); rules have no times."""
    never = Cast(Value(None), DateTimeField())
    none = Value(0, IntegerField())
    rules = MeterRule.objects.values_list(
        F("section__slug"), F("allowance"), F("strangers_allowance"), never, never
    )
    free = (
        FreeMode.objects.not_over(at)
        .order_by()
        .values_list(F("section__slug"), none, none, F("starts_at"), F("ends_at"))
    )
    return rules.union(free, all=True)
