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
    """Why the story stays closed, and the offers in the order that fits the visitor.

    `account_opens`: the story is one that a free account opens.
    """

    outcome: Outcome
    offers: tuple[Offer, ...]
    subscribers_only: bool
    account_opens: bool


def wall_for(admission: Admission) -> Wall | None:
    """Return the wall, or None where the story opens."""
    if admission.opens:
        return None
    subscribers_only = admission.story.access is Access.SUBSCRIBERS
    account_opens = admission.account_opens and not subscribers_only
    outcome = admission.decision.outcome
    offers = offers_for(outcome, account_opens=account_opens)
    return Wall(outcome, offers, subscribers_only, account_opens)


def offers_for(outcome: Outcome, *, account_opens: bool) -> tuple[Offer, ...]:
    """Return the ways in: all three for a stranger, none that the visitor has used already."""
    if outcome is Outcome.VERIFY_EMAIL:
        return Offer.VERIFY, Offer.SUBSCRIBE, Offer.SUBSCRIBER
    if outcome is not Outcome.SIGN_IN:
        return Offer.SUBSCRIBE, Offer.PRINT
    if account_opens:
        return Offer.ACCOUNT, Offer.SUBSCRIBE, Offer.SUBSCRIBER
    return Offer.SUBSCRIBE, Offer.SUBSCRIBER, Offer.ACCOUNT
