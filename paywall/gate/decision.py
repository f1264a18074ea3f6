"""The answer to a visit. Pure: the order of `decide` is the house policy."""

from dataclasses import dataclass, replace
from enum import StrEnum

from paywall.catalog.story import Access


class Outcome(StrEnum):
    """The one-word reason."""

    FREE = "free"
    PREVIEWING = "previewing"
    ENTITLED = "entitled"
    READ_BEFORE = "read_before"
    METERED = "metered"
    SIGN_IN = "sign_in"
    VERIFY_EMAIL = "verify_email"
    METER_SPENT = "meter_spent"
    NOT_IN_PACKAGE = "not_in_package"
    SUBSCRIBERS_ONLY = "subscribers_only"


OPENING = frozenset(
    {
        Outcome.FREE,
        Outcome.PREVIEWING,
        Outcome.ENTITLED,
        Outcome.READ_BEFORE,
        Outcome.METERED,
    }
)


@dataclass(frozen=True, slots=True)
class Visit:
    """The facts that the gate looks at."""

    access: Access
    free_mode: bool = False  # all stories of the section are free to everybody for now
    previewing: bool = False
    entitled: bool = False
    pays_elsewhere: bool = False  # is entitled, but to other sections
    signed_in: bool = False
    verifying: bool = False  # typed an address whose code is still to come
    read_before: bool = False
    allowance: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer.

    `allowance` and `remaining` count premium stories of this period; both are None for whom
    nothing is counted. METERED says that the story would count; `opens` only once it does.
    """

    outcome: Outcome
    opens: bool
    allowance: int | None = None
    remaining: int | None = None

    def opened(self) -> "Decision":
        """Return the answer after the story was counted."""
        return replace(self, opens=True, remaining=max((self.remaining or 0) - 1, 0))


def decide(visit: Visit) -> Decision:
    """Return the first outcome that applies."""
    outcome = outcome_of(visit)
    counted = visit.signed_in or visit.allowance > 0
    if outcome in {Outcome.FREE, Outcome.PREVIEWING, Outcome.ENTITLED} or not counted:
        return Decision(outcome, opens=outcome in OPENING)
    return Decision(
        outcome,
        opens=outcome is Outcome.READ_BEFORE,
        allowance=visit.allowance,
        remaining=max(visit.allowance - visit.used, 0),
    )


def outcome_of(visit: Visit) -> Outcome:
    """Return the reason alone; `explaining` watches which facts are looked at here, in order."""
    if visit.access is Access.FREE or visit.free_mode:
        return Outcome.FREE
    if visit.previewing:
        return Outcome.PREVIEWING
    if visit.entitled:
        return Outcome.ENTITLED
    if visit.access is Access.SUBSCRIBERS:
        return _why_subscribers_only(visit)
    if visit.read_before:
        return Outcome.READ_BEFORE
    if visit.used < visit.allowance:
        return Outcome.METERED
    if visit.verifying:
        return Outcome.VERIFY_EMAIL
    return Outcome.METER_SPENT if visit.signed_in else Outcome.SIGN_IN


def _why_subscribers_only(visit: Visit) -> Outcome:
    if not visit.signed_in:
        return Outcome.SIGN_IN
    return Outcome.NOT_IN_PACKAGE if visit.pays_elsewhere else Outcome.SUBSCRIBERS_ONLY
