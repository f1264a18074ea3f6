"""The ways in, in the words of the wall, with addresses in full."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from paywall.gate.admission import Admission
from paywall.gate.decision import Outcome
from paywall.gate.wall import Offer, wall_for
from paywall.metering.rules import rules_in_force

PRINT = "I get the printed paper: turn on my digital access"


def offers_of(admission: Admission) -> list[dict[str, Any]]:
    """Return the offers of the wall, the one that fits first; none where the story opens."""
    wall = wall_for(admission)
    if wall is None or wall.outcome is Outcome.METERED:  # it opens as soon as it is asked to
        return []
    next_ = admission.story.address if admission.story.address.startswith("/") else ""
    return [_WRITE[offer](wall.subscribers_only, next_) for offer in wall.offers]


def _offer(
    offer: Offer, page: str, next_: str, *, title: str, text: str, action: str
) -> dict[str, Any]:
    return {
        "name": offer.value,
        "title": title,
        "text": text,
        "action": action,
        "address": _address(page, next_),
    }


def _account(subscribers_only: bool, next_: str) -> dict[str, Any]:
    text = "Choose a package later."
    if stories := _stories():
        text = f"{stories} every month for free."
        if subscribers_only:
            text = f"{text} This one is not among them."
    return _offer(
        Offer.ACCOUNT,
        "account_signup",
        next_,
        title="Start a free account",
        text=text,
        action="Start with your email",
    )


def _verify(subscribers_only: bool, next_: str) -> dict[str, Any]:
    stories = _stories()
    return _offer(
        Offer.VERIFY,
        "account_email_verification_sent",
        next_,
        title="Enter the code we emailed you",
        text=f"Then your free account opens {stories} every month." if stories else "",
        action="Enter the code",
    )


def _subscribe(subscribers_only: bool, next_: str) -> dict[str, Any]:
    return _offer(
        Offer.SUBSCRIBE,
        "subscribe",
        next_,
        title="Subscribe now",
        text="Choose a package that suits your preferences.",
        action="See the packages",
    )


def _subscriber(subscribers_only: bool, next_: str) -> dict[str, Any]:
    offer = _offer(
        Offer.SUBSCRIBER,
        "account_login",
        next_,
        title="Already a subscriber?",
        text="",
        action="Sign in",
    )
    return {**offer, "more": {"text": PRINT, "address": _address("activate", next_)}}


def _print(subscribers_only: bool, next_: str) -> dict[str, Any]:
    return _offer(
        Offer.PRINT,
        "activate",
        next_,
        title="Do you get the printed paper?",
        text="Digital access comes with it.",
        action=PRINT,
    )


_WRITE = {
    Offer.VERIFY: _verify,
    Offer.ACCOUNT: _account,
    Offer.SUBSCRIBE: _subscribe,
    Offer.SUBSCRIBER: _subscriber,
    Offer.PRINT: _print,
}


def _stories() -> str:
    """Return how many are free as a sentence says it, or "" for none."""
    allowance = rules_in_force().house.readers
    return f"{allowance} premium {'story' if allowance == 1 else 'stories'}" if allowance else ""


def _address(page: str, next_: str) -> str:
    query = f"?next={quote(next_)}" if next_ else ""
    return f"{settings.SITE_URL}{reverse(page)}{query}"
