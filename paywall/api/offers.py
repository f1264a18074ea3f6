"""The ways in, in the words of the wall, with addresses in full."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from paywall.gate.admission import Admission
from paywall.gate.decision import Outcome
from paywall.gate.publishing import words_in_force
from paywall.gate.saying import said_by
from paywall.gate.wall import Offer, wall_for
from paywall.metering.rules import rules_in_force

PAGES = {
    Offer.VERIFY: "account_email_verification_sent",
    Offer.ACCOUNT: "account_signup",
    Offer.SUBSCRIBE: "subscribe",
    Offer.SUBSCRIBER: "account_login",
    Offer.PRINT: "activate",
}


def offers_of(admission: Admission) -> list[dict[str, Any]]:
    """Return the offers of the wall, the one that fits first; none where the story opens."""
    wall = wall_for(admission)
    if wall is None or wall.outcome is Outcome.METERED:  # it opens as soon as it is asked to
        return []
    texts, house = words_in_force().texts, rules_in_force().house.readers
    words = said_by(wall, admission, texts=texts, house=house).offers
    next_ = admission.story.address if admission.story.address.startswith("/") else ""
    return [_offer(offer, words, next_) for offer in wall.offers]


def _offer(offer: Offer, words: Mapping[str, str], next_: str) -> dict[str, Any]:
    action = "print_link" if offer is Offer.PRINT else f"{offer.value}_button"
    written: dict[str, Any] = {
        "name": offer.value,
        "title": words[f"{offer.value}_title"],
        "text": words.get(f"{offer.value}_text", ""),
        "action": words[action],
        "address": _address(PAGES[offer], next_),
    }
    if offer is Offer.SUBSCRIBER:
        written["more"] = {"text": words["print_link"], "address": _address("activate", next_)}
    return written


def _address(page: str, next_: str) -> str:
    query = f"?next={quote(next_)}" if next_ else ""
    return f"{settings.SITE_URL}{reverse(page)}{query}"
