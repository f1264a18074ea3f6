"""What the wall says to one visitor."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format

from paywall.catalog.lowest import lowest_price
from paywall.catalog.sections import sections_in_order
from paywall.catalog.terms import price_in_words
from paywall.gate import wording
from paywall.gate.admission import Admission
from paywall.gate.decision import Outcome
from paywall.gate.wall import Offer, Wall

SUBSCRIBE = ("subscribe_title", "subscribe_text")  # of the offer; who pays has others


@dataclass(frozen=True, slots=True)
class Said:
    """The title and text over the offers, and every other text by its key. Plain: escape them."""

    title: str
    text: str
    offers: Mapping[str, str]


def said_by(wall: Wall, admission: Admission, *, texts: Mapping[str, str], house: int) -> Said:
    """Return the words of a wall. `texts` differ from ours; `house`: an account's allowance."""
    words = wording.complete(texts)
    offered = offers_said(texts, house=house)
    if wall.outcome is Outcome.NOT_IN_PACKAGE:
        offered |= {key: offered[key.replace("subscribe", "other_package")] for key in SUBSCRIBE}
    title, text = _head(wall, admission, house)
    decision = admission.decision
    over = {
        **_counted(decision.allowance or 0),
        "date": date_format(admission.period.ends_date, "j F"),
        "ways": apnumber(len(wall.offers)),
        "section": _name_of(admission.story.section),
    }
    if text.startswith("subscribers_only"):
        over |= {**_counted(decision.remaining or 0), "remaining": apnumber(decision.remaining)}
    return Said(
        wording.fill(words[title], over),
        wording.fill(words[text], over) if text else "",
        {
            **offered,
            "account_text": _account_text(wall, offered, house),
            "subscribe_text": _subscribe_text(offered, admission.story.section),
        },
    )


def offers_said(texts: Mapping[str, str], *, house: int) -> dict[str, str]:
    """Return the words of the offers by their keys, wherever they are shown."""
    words = wording.complete(texts)
    offered = {key: wording.fill(words[key], _counted(house)) for key in words}
    nothing = {"account_text": offered["account_none"], "verify_text": ""}
    return offered if house else offered | nothing


def _head(wall: Wall, admission: Admission, house: int) -> tuple[str, str]:
    """Return the keys of the title and of the text, which may be none."""
    decision = admission.decision
    if wall.outcome is Outcome.VERIFY_EMAIL:
        return "verify_email_title", "verify_email_text"
    if wall.outcome is Outcome.NOT_IN_PACKAGE:
        return "not_in_package_title", "not_in_package_text"
    if wall.outcome is Outcome.METER_SPENT and decision.allowance:
        # Elsewhere the reader may have some left.
        spent = "section_spent" if decision.allowance < house else "meter_spent"
        return f"{spent}_title", f"{spent}_text"
    if wall.subscribers_only:
        texts = {0: "", 1: "subscribers_only_one"}
        text = texts.get(decision.remaining or 0, "subscribers_only_text")
        return "subscribers_only_title", text
    if wall.outcome is Outcome.SIGN_IN and decision.allowance:
        return "sign_in_title", "sign_in_spent"
    if not wall.account_opens or wall.outcome is Outcome.METER_SPENT:
        return "no_allowance_title", ""
    return "sign_in_title", "sign_in_text"


def _account_text(wall: Wall, offered: Mapping[str, str], house: int) -> str:
    if not house:
        return offered["account_none"]
    if wall.account_opens or Offer.ACCOUNT not in wall.offers:
        return offered["account_text"]
    return f"{offered['account_text']} {offered['account_not_this']}".strip()


def _subscribe_text(offered: Mapping[str, str], section: str) -> str:
    terms = lowest_price(section)
    if terms is None:
        return offered["subscribe_text"]
    price = price_in_words(terms, locale=settings.LANGUAGE_CODE)
    added = wording.fill(offered["subscribe_price"], {"price": price})
    return f"{offered['subscribe_text']} {added}".strip()


def _counted(number: int) -> dict[str, object]:
    one = number == 1
    return {
        "allowance": number,
        "stories": "story" if one else "stories",
        "come": "comes" if one else "come",
    }


def _name_of(slug: str) -> str:
    return next((one.name for one in sections_in_order() if one.slug == slug), slug)
