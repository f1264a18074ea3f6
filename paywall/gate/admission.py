"""The gate's answer with all that a page or a response needs to say of it."""

from collections.abc import Hashable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from paywall.catalog.story import Access, Story
from paywall.gate.decision import Decision, Outcome
from paywall.gate.publishing import words_in_force
from paywall.gate.visitor import COOKIE, Visitor
from paywall.metering.rules import rules_in_force
from paywall.periods import Period

SHARED_FOR = 60  # seconds that a shared cache may serve what is the same for every stranger


@dataclass(frozen=True, slots=True)
class Admission:
    """Who asked for which story, and what the gate said.

    `postponed`: fetched too early, answer 503. `new_token`: the cookie that a stranger whose
    story was counted is to have. `shareable`: the page is the same for every stranger, so that
    a cache may give it to the next. `may_subscribe`: is known to have nothing that opens stories.
    `account_opens`: a free account opens premium stories of this section.
    """

    story: Story
    visitor: Visitor
    decision: Decision
    period: Period
    postponed: bool = False
    new_token: str = ""
    may_subscribe: bool = False
    account_opens: bool = True

    @property
    def opens(self) -> bool:
        return self.decision.opens

    @property
    def free_mode(self) -> bool:
        """Whether a premium story is free because all are for now."""
        return self.decision.outcome is Outcome.FREE and self.story.access is not Access.FREE

    @property
    def told(self) -> Hashable:
        """All that a page may show of this answer: who are told the same get the same page."""
        signed_in = self.visitor.reader is not None
        words = None if self.opens else words_in_force().version
        reader = signed_in, self.may_subscribe, self.account_opens
        return self.story, self.decision, self.period, reader, rules_in_force().house, words

    @property
    def shareable(self) -> bool:
        if self.visitor.has_session or self.decision.remaining is not None:
            return False
        return self.decision.outcome in {Outcome.FREE, Outcome.SIGN_IN}


def stamp(response: HttpResponse, admission: Admission, *, passing: bool = False) -> HttpResponse:
    """Put the outcome and the rules for caches on a story response.

    What depends on who asks is `private, no-store`. The rest may be shared for a minute, but
    not a text that is free only for now (`passing`): the copy would outlive the freedom.
    Validators (ETag, Last-Modified) are never set: a 304 would skip the gate.
    """
    decision = admission.decision
    response["Paywall-Outcome"] = decision.outcome.value
    if decision.remaining is not None:
        response["Paywall-Remaining"] = str(decision.remaining)
    if admission.new_token:
        response.set_cookie(
            COOKIE,
            admission.new_token,
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    passing = passing or admission.free_mode
    return share_or_keep(response, shareable=admission.shareable, passing=passing)


def share_or_keep(
    response: HttpResponse, *, shareable: bool, passing: bool = False
) -> HttpResponse:
    """Say whether a shared cache may keep a page, and that it depends on the cookies."""
    patch_vary_headers(response, ["Cookie"])
    if not shareable:
        response["Cache-Control"] = "private, no-store"
    elif passing:
        response["Cache-Control"] = "no-store"
    else:
        response["Cache-Control"] = f"public, max-age=0, s-maxage={SHARED_FOR}"
    return response


def is_shared(response: HttpResponse) -> bool:
    """Tell whether the response was marked as the same for every stranger."""
    return (
        response.status_code == HTTPStatus.OK
        and "s-maxage" in response.get("Cache-Control", "")
        and not response.cookies
    )
