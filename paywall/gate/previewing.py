"""Walls as different visitors meet them, for staff to look at before they publish its words."""

from enum import StrEnum

from paywall.catalog.story import Access, Story
from paywall.gate.admission import Admission
from paywall.gate.decision import Visit, decide
from paywall.gate.visitor import Visitor
from paywall.metering.allowances import Rules
from paywall.periods import Period


class Onlooker(StrEnum):
    """Whose eyes to look through."""

    STRANGER = "stranger"
    SPENT = "spent"
    ELSEWHERE = "elsewhere"


ONLOOKERS = {
    Onlooker.STRANGER: "A stranger",
    Onlooker.SPENT: "A reader who has opened all free stories of the month",
    Onlooker.ELSEWHERE: "A subscriber of other sections, before a story for subscribers",
}
NOBODY = Visitor(reader=None, has_session=False, verifying=False, token="")


def refused(onlooker: Onlooker, *, section: str, rules: Rules, period: Period) -> Admission:
    """Return the gate's answer to somebody who is refused a story of a section."""
    signed_in = onlooker is not Onlooker.STRANGER
    allowance = rules.allowance(section, signed_in=signed_in)
    elsewhere = onlooker is Onlooker.ELSEWHERE
    visit = Visit(
        Access.SUBSCRIBERS if elsewhere else Access.METERED,
        pays_elsewhere=elsewhere,
        signed_in=signed_in,
        allowance=allowance,
        used=allowance,
    )
    story = Story("preview", visit.access, section, "A story", "/")
    return Admission(story, NOBODY, decide(visit), period)
