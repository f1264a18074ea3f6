from dataclasses import replace
from datetime import date

import pytest

from paywall.catalog.story import Access, Story
from paywall.gate.admission import Admission
from paywall.gate.decision import OPENING, Decision, Outcome
from paywall.gate.visitor import Visitor
from paywall.gate.wall import Offer, offers_for, wall_for
from paywall.periods import Period

STORY = Story("story-1", Access.METERED, "news", "A story", "/stories/a-story/")
STRANGER = Visitor(reader=None, has_session=False, verifying=False, token="")
REFUSED = Admission(
    STORY, STRANGER, Decision(Outcome.SIGN_IN, opens=False), Period(date(2026, 11, 1))
)


@pytest.mark.parametrize(
    ("outcome", "account_opens", "offers"),
    [
        (Outcome.SIGN_IN, True, (Offer.ACCOUNT, Offer.SUBSCRIBE, Offer.SUBSCRIBER)),
        (Outcome.SIGN_IN, False, (Offer.SUBSCRIBE, Offer.SUBSCRIBER, Offer.ACCOUNT)),
        (Outcome.VERIFY_EMAIL, True, (Offer.VERIFY, Offer.SUBSCRIBE, Offer.SUBSCRIBER)),
        (Outcome.METER_SPENT, True, (Offer.SUBSCRIBE, Offer.PRINT)),
        (Outcome.NOT_IN_PACKAGE, False, (Offer.SUBSCRIBE, Offer.PRINT)),
        (Outcome.SUBSCRIBERS_ONLY, False, (Offer.SUBSCRIBE, Offer.PRINT)),
    ],
)
def test_the_offer_that_fits_comes_first(
    outcome: Outcome, account_opens: bool, offers: tuple[Offer, ...]
) -> None:
    assert offers_for(outcome, account_opens=account_opens) == offers


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - OPENING))
@pytest.mark.parametrize("account_opens", [False, True])
def test_every_refusal_has_ways_in_and_none_twice(outcome: Outcome, account_opens: bool) -> None:
    offers = offers_for(outcome, account_opens=account_opens)
    assert Offer.SUBSCRIBE in offers
    assert len(offers) == len(set(offers))


def test_there_is_no_wall_where_the_story_opens() -> None:
    opened = replace(REFUSED, decision=Decision(Outcome.METERED, opens=True, remaining=3))
    assert wall_for(opened) is None


@pytest.mark.parametrize("access", [Access.METERED, Access.SUBSCRIBERS])
def test_the_wall_says_whom_the_story_is_for(access: Access) -> None:
    wall = wall_for(replace(REFUSED, story=replace(STORY, access=access)))
    assert wall
    assert wall.outcome is Outcome.SIGN_IN
    assert wall.subscribers_only == (access is Access.SUBSCRIBERS)
