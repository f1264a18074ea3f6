"""An explanation says what the gate says, whatever the visit."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paywall.catalog.story import Access
from paywall.gate.decision import OPENING, Outcome, Visit, decide
from paywall.gate.explaining import CONCLUSIONS, QUESTIONS, explain

VISITS = st.builds(
    Visit,
    access=st.sampled_from(Access),
    allowance=st.integers(0, 9),
    used=st.integers(0, 12),
    **{field.name: st.booleans() for field in fields(Visit) if field.type in (bool, "bool")},
)
SPENT = Visit(Access.METERED, signed_in=True, allowance=7, used=7)


@given(VISITS)
def test_it_never_says_anything_else_than_the_gate(visit: Visit) -> None:
    explanation = explain(visit)
    assert explanation.decision == decide(visit)
    assert explanation.would_open == (decide(visit).outcome in OPENING)
    assert explanation.conclusion.startswith("It ") == explanation.would_open
    assert explanation.steps


@given(VISITS, VISITS)
def test_what_is_not_named_as_a_step_does_not_matter(visit: Visit, other: Visit) -> None:
    asked = {step.question for step in explain(visit).steps}
    unasked = {name for name, (question, _) in QUESTIONS.items() if question not in asked}
    known = {field.name for field in fields(Visit)}
    elsewhere = replace(visit, **{name: getattr(other, name) for name in unasked & known})
    assert explain(elsewhere).outcome is explain(visit).outcome


def test_every_fact_has_a_question_and_every_outcome_a_conclusion() -> None:
    assert {field.name for field in fields(Visit)} <= set(QUESTIONS)
    assert set(CONCLUSIONS) == set(Outcome)


@pytest.mark.parametrize(
    ("change", "last", "conclusion"),
    [
        (
            {},
            "We answer as for a signed-in reader.",
            "Blocked: this month’s free stories are used up.",
        ),
        ({"used": 6}, "1: 6 of 7 are used.", "It would open, as one of this month’s free stories."),
        ({"access": Access.FREE}, "Everybody: it is free.", "It opens: it is free to everybody."),
        ({"free_mode": True}, "Yes, in this section.", "It opens: it is free to everybody."),
        ({"entitled": True}, "Yes.", "It opens: what they have covers it."),
        (
            {"access": Access.SUBSCRIBERS, "pays_elsewhere": True},
            "Yes, but not this one.",
            "Blocked: what they have opens other sections.",
        ),
    ],
)
def test_the_last_step_decides(change: dict[str, Any], last: str, conclusion: str) -> None:
    explanation = explain(replace(SPENT, **change))
    assert explanation.steps[-1].answer == last
    assert explanation.conclusion == conclusion
