"""How long an answer may be kept by whoever asked. Pure."""

from datetime import datetime

from paywall.gate.decision import Decision, Outcome

# Seconds. Whoever is refused may pay or sign in at any moment, and then wants to read.
KEPT_FOR = {
    Outcome.FREE: 60,
    Outcome.ENTITLED: 60,
    Outcome.READ_BEFORE: 300,
    Outcome.METERED: 300,
    Outcome.SIGN_IN: 60,
    Outcome.METER_SPENT: 10,
    Outcome.NOT_IN_PACKAGE: 10,
    Outcome.SUBSCRIBERS_ONLY: 10,
}


def max_age(decision: Decision, *, resets_at: datetime, now: datetime) -> int:
    """Return for how many seconds the answer holds, 0 where it is for this once.

    What depends on the month is not kept beyond it. A look that would spend one is asked again.
    """
    if decision.outcome is Outcome.METERED and not decision.opens:
        return 0
    kept = KEPT_FOR.get(decision.outcome, 0)
    left = int((resets_at - now).total_seconds())
    return max(min(kept, left), 0)
