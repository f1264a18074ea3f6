"""Having the gate's answers counted: one look-up in this process' memory, and no query."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest

from paywall.gate.admission import Admission
from paywall.gate.decision import Outcome
from paywall.insights import counting
from paywall.insights.crawlers import is_somebody
from paywall.insights.happenings import reached

NOT_COUNTED = frozenset({Outcome.PREVIEWING})  # staff at work


def note(request: HttpRequest, admission: Admission, *, day: date) -> None:
    """Count a story that was opened, or a wall that was met, if somebody is about to see it.

    The admission stays on the request, for whoever remembers the page made of it.
    """
    request.admission = admission  # type: ignore[attr-defined]
    again(request.META, admission, day=day)


def again(meta: Mapping[str, Any], admission: Admission, *, day: date) -> None:
    """Count the same answer for another stranger, who was given the same page."""
    decision = admission.decision
    if admission.postponed or decision.outcome in NOT_COUNTED or not is_somebody(meta):
        return
    reader = admission.visitor.reader
    counting.tally.visit(
        day,
        decision.outcome,
        opens=decision.opens,
        story=admission.story,
        reader=reader.pk if reader else None,
    )
    if decision.outcome is Outcome.METERED and reader:
        opened = (decision.allowance or 0) - (decision.remaining or 0)
        counting.tally.came_so_far(day, reached(opened), reader.pk)
