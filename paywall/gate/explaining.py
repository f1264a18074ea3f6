"""Why the gate answers as it does, step by step. Pure.

`decide` is not told a second time here: it is watched. The facts that it looks at, in its order,
are the steps, and its answer is the answer; so an explanation cannot say anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from paywall.catalog.story import Access
from paywall.gate.decision import OPENING, Decision, Outcome, Visit, decide, outcome_of


@dataclass(frozen=True, slots=True)
class Step:
    """One fact that was looked at: what was asked, and what it is."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The gate's answer and the steps to it; the last one decides.

    `would_open`: whether the story opens to somebody who comes to read it now.
    """

    decision: Decision
    steps: tuple[Step, ...]
    conclusion: str

    @property
    def outcome(self) -> Outcome:
        return self.decision.outcome

    @property
    def would_open(self) -> bool:
        return self.outcome in OPENING


def explain(visit: Visit) -> Explanation:
    """Return what `decide` answers to a visit, and the facts that lead there."""
    watched = _Watched(visit)
    outcome_of(cast("Visit", watched))
    steps = dict.fromkeys(QUESTIONS[name] for name in watched.looked_at)
    return Explanation(
        decide(visit),
        tuple(Step(question, answer(visit)) for question, answer in steps),
        CONCLUSIONS[outcome_of(visit)],
    )


class _Watched:
    """A visit that remembers which of its facts were looked at."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.looked_at: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.looked_at.append(name)
        return getattr(self._visit, name)


def _who_for(visit: Visit) -> str:
    return {
        Access.FREE: "Everybody: it is free.",
        Access.METERED: "Subscribers, and whoever has a free story left: it is premium.",
        Access.SUBSCRIBERS: "Subscribers alone: no free story opens it.",
    }[visit.access]


def _yes_or_no(name: str, yes: str, no: str) -> Callable[[Visit], str]:
    return lambda visit: yes if getattr(visit, name) else no


def _counted(visit: Visit) -> str:
    if not visit.allowance:
        return "None are given here."
    left = max(visit.allowance - visit.used, 0)
    return f"{left}: {visit.used} of {visit.allowance} are used."


_LEFT = ("How many free stories are left this month?", _counted)

# Each fact of a visit, as staff ask for it and are told it.
QUESTIONS: dict[str, tuple[str, Callable[[Visit], str]]] = {
    "access": ("Who is the story for?", _who_for),
    "free_mode": (
        "Are all stories open to everybody for now?",
        _yes_or_no("free_mode", "Yes, in this section.", "No."),
    ),
    "previewing": (
        "Is the reader staff?",
        _yes_or_no("previewing", "Yes: staff see every story.", "No."),
    ),
    "entitled": (
        "Does anything they have open this section?",
        _yes_or_no("entitled", "Yes.", "No."),
    ),
    "signed_in": (
        "Signed in?",
        _yes_or_no(
            "signed_in", "We answer as for a signed-in reader.", "No: the gate sees a stranger."
        ),
    ),
    "pays_elsewhere": (
        "Does what they have open other sections?",
        _yes_or_no("pays_elsewhere", "Yes, but not this one.", "No: they have nothing now."),
    ),
    "read_before": (
        "Have they opened it this month already?",
        _yes_or_no("read_before", "Yes: it opens again and counts once.", "No."),
    ),
    "used": _LEFT,
    "allowance": _LEFT,
    "verifying": (
        "Is the code for a new address still to come?",
        _yes_or_no("verifying", "Yes: they have not typed it yet.", "No."),
    ),
}

CONCLUSIONS = {
    Outcome.FREE: "It opens: it is free to everybody.",
    Outcome.PREVIEWING: "It opens: they are staff.",
    Outcome.ENTITLED: "It opens: what they have covers it.",
    Outcome.READ_BEFORE: "It opens: they have read it this month.",
    Outcome.METERED: "It would open, as one of this month’s free stories.",
    Outcome.SIGN_IN: "Blocked: they are not signed in.",
    Outcome.VERIFY_EMAIL: "Blocked: their address is not confirmed yet.",
    Outcome.METER_SPENT: "Blocked: this month’s free stories are used up.",
    Outcome.NOT_IN_PACKAGE: "Blocked: what they have opens other sections.",
    Outcome.SUBSCRIBERS_ONLY: "Blocked: the story is for subscribers, and nothing they have "
    "opens it.",
}
