"""Which rule a visit meets, and why. Pure: for staff, from what the gate itself decides by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paywall.catalog.story import Access
from paywall.gate.decision import Decision, Outcome, Visit, decide
from paywall.metering.allowances import Allowance, Rules, Whose


class Who(StrEnum):
    """Who might come."""

    STRANGER = "stranger"
    READER = "reader"
    SUBSCRIBER = "subscriber"
    ELSEWHERE = "elsewhere"
    STAFF = "staff"


WHO_CHOICES = [
    (Who.STRANGER.value, "A stranger, without an account"),
    (Who.READER.value, "A reader with a free account"),
    (Who.SUBSCRIBER.value, "A subscriber of this section, or of everything"),
    (Who.ELSEWHERE.value, "A subscriber of other sections"),
    (Who.STAFF.value, "A member of staff"),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit that somebody thinks of; `used`: the stories opened this month."""

    who: Who
    section: str
    access: Access
    at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A rule, whether it decides, and what it says of the visit."""

    rule: str
    decides: bool
    why: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The rules in the order they are asked, and the gate's answer."""

    steps: tuple[Step, ...]
    decision: Decision


def overview_of(asked: Asked, rules: Rules) -> Overview:
    """Return what the gate would answer, with every rule up to the one that decides."""
    signed_in = asked.who is not Who.STRANGER
    visit = Visit(
        asked.access,
        free_mode=rules.free_mode(asked.section, at=asked.at),
        previewing=asked.who is Who.STAFF,
        entitled=asked.who is Who.SUBSCRIBER,
        pays_elsewhere=asked.who is Who.ELSEWHERE,
        signed_in=signed_in,
        allowance=rules.allowance(asked.section, signed_in=signed_in),
        used=asked.used,
    )
    steps = []
    for step in _steps(asked, visit, rules):
        steps.append(step)
        if step.decides:
            break
    return Overview(tuple(steps), decide(visit))


def _steps(asked: Asked, visit: Visit, rules: Rules) -> Iterator[Step]:
    outcome = decide(visit).outcome
    free_story = visit.access is Access.FREE
    yield Step(
        "Free stories",
        outcome is Outcome.FREE and free_story,
        "The story is free." if free_story else "The story is not free.",
    )
    open_now = [one for one in rules.free if one.lasts(asked.at)]
    why = "All stories are not open to everybody at that moment."
    if visit.free_mode:
        why = "All stories are open to everybody at that moment."
    elif open_now:
        why = "Other sections are open to everybody at that moment, this one is not."
    yield Step("Stories open to everybody", outcome is Outcome.FREE, why)
    yield Step(
        "Staff",
        outcome is Outcome.PREVIEWING,
        "Staff read everything." if visit.previewing else "It is no member of staff.",
    )
    why = "It is nobody who pays, or has the printed paper."
    if visit.entitled:
        why = "The subscription, pass or printed paper covers this section."
    elif visit.pays_elsewhere:
        why = "What they have covers other sections, not this one."
    yield Step("Subscriptions, passes and the printed paper", outcome is Outcome.ENTITLED, why)
    if visit.access is Access.SUBSCRIBERS:
        yield Step("Subscribers only", True, "No free story of the month opens it.")
    for one in rules.considered(asked.section):
        if one.allowance is None:
            yield Step(_name(one.whose), False, "There is none.")
        else:
            decides = one.allowance is rules.chosen(asked.section)
            yield Step(_name(one.whose), decides, _counted(one.allowance, visit))


def _name(whose: Whose) -> str:
    return whose.value[0].upper() + whose.value[1:]


def _counted(rule: Allowance, visit: Visit) -> str:
    who = "with an account" if visit.signed_in else "without an account"
    free = rule.readers if visit.signed_in else rule.strangers
    left = max(free - visit.used, 0)
    return f"It gives {free} a month {who}; {visit.used} opened, {left} left."
