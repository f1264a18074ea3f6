"""What a refused visitor sees: the ways in, the one that fits first."""

from dataclasses import dataclass
from enum import StrEnum

from paywall.catalog.story import Access
from paywall.gate.admission import Admission
from paywall.gate.decision import Outcome


class Offer(StrEnum):
    """A way in."""

    VERIFY = "verify"  # type the emailed code
    ACCOUNT = "account"  # start a free account
    SUBSCRIBE = "subscribe"  # choose a package
    SUBSCRIBER = "subscriber"  # sign in, or turn on the digital access of the printed paper
    PRINT = "print"  # turn on the digital access of the printed paper


@dataclass(frozen=True, slots=True)
class Wall:
    """Why the story stays closed, and the offers in the order that fits the visitor."""

    outcome: Outcome
    offers: tuple[Offer, ...]
    subscribers_only: bool


def wall_for(admission: Admission) -> Wall | None:
    """Return the wall, or None where the story opens."""
    if admission.opens:
        return None
    subscribers_only = admission.story.access is Access.SUBSCRIBERS
    outcome = admission.decision.outcome
    return Wall(outcome, offers_for(outcome, subscribers_only=subscribers_only), subscribers_only)


def offers_for(outcome: Outcome, *, subscribers_only: bool) -> tuple[Offer, ...]:
    """Return the ways in: all three for a stranger, none that the visitor has used already."""
    if outcome is Outcome.VERIFY_EMAIL:
        return Offer.VERIFY, Offer.SUBSCRIBE, Offer.SUBSCRIBER
    if outcome is not Outcome.SIGN_IN:
        return Offer.SUBSCRIBE, Offer.PRINT
    if subscribers_only:
        return Offer.SUBSCRIBE, Offer.SUBSCRIBER, Offer.ACCOUNT
    return Offer.ACCOUNT, Offer.SUBSCRIBE, Offer.SUBSCRIBER
