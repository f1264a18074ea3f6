"""May this be read? A look never spends; opening does."""

import re
from datetime import datetime, time
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from paywall import clock
from paywall.api import answers, asked
from paywall.api.callers import Caller, caller_of, site_of
from paywall.api.door import Door
from paywall.api.keeping import max_age
from paywall.api.offers import offers_of
from paywall.api.problems import Conflict, KeyNeeded, KeyUsedBefore, NoSuchStory
from paywall.api.schema import IDEMPOTENCY_KEY, STORY_KEY
from paywall.catalog.models import Section
from paywall.catalog.story import Story
from paywall.gate import gatekeeper, noting
from paywall.gate.admission import Admission, stamp
from paywall.gate.decision import Outcome
from paywall.gate.visitor import Asking
from paywall.insights import counting
from paywall.periods import Period
from paywall.sites import answered, stories
from paywall.sites.models import Scope

HEADER = "Idempotency-Key"
GOOD_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class StoryAccess(Door):
    """Whether a story opens for somebody."""

    scopes: ClassVar = {"GET": Scope.LOOK, "POST": Scope.OPEN}

    @extend_schema(
        operation_id="look",
        summary="Look whether a story opens; nothing is spent",
        parameters=[STORY_KEY, asked.Look],
        responses={200: answers.AccessAnswer},
    )
    def get(self, request: Request, story_key: str) -> Response:
        now = clock.now()
        said = asked.checked(asked.Look, request.query_params)
        caller = caller_of(request, said.get("reader"), said.get("visitor", ""))
        facts = asked.facts_in_query(said)
        told = asked.story_from(story_key, facts, caller.site)
        story = _story(story_key, told, caller, now)
        admission = gatekeeper.answer(caller.visitor, story, Asking.TO_LOOK, now=now)
        return _response(_body(story_key, admission, now), admission)

    @extend_schema(
        operation_id="open",
        summary="Open a story; a new premium one is counted",
        parameters=[STORY_KEY, IDEMPOTENCY_KEY],
        request=asked.Open,
        responses={200: answers.AccessAnswer},
    )
    def post(self, request: Request, story_key: str) -> Response:
        now = clock.now()
        said = asked.checked(asked.Open, request.data)
        caller = caller_of(request, said.get("reader"), said.get("visitor", ""))
        told = asked.story_from(story_key, said.get("story"), caller.site, within="story")
        story = _story(story_key, told, caller, now)
        admissions: list[Admission] = []

        def open_it() -> dict[str, Any]:
            admission = gatekeeper.answer(caller.visitor, story, Asking.TO_READ, now=now)
            noting.again(request.META, admission, day=counting.day_of(now))
            admissions.append(admission)
            return _body(story_key, admission, now)

        key = _idempotency_key(request)
        if not (key and caller.name):
            return _response(open_it(), admissions[0])
        wanted = [story_key, request.data]
        try:
            body = answered.once(caller.name, key, wanted, open_it, reader=caller.reader, now=now)
        except answered.AnotherRequestError:
            detail = "Send a new Idempotency-Key with each new request."
            raise KeyUsedBefore(detail, field=HEADER) from None
        return _response(body, *admissions)


class StoryFacts(Door):
    """The facts of a story that is kept elsewhere."""

    scopes: ClassVar = {"PUT": Scope.OPEN}

    @extend_schema(
        operation_id="register_story",
        summary="Register what a story is: server keys only",
        parameters=[STORY_KEY],
        request=asked.StoryFacts,
        responses={200: answers.RegisteredAnswer, 201: answers.RegisteredAnswer},
    )
    def put(self, request: Request, story_key: str) -> Response:
        site = site_of(request)
        if site is None:
            self.require_somebody(request)
            raise KeyNeeded(asked.FACTS_NEED_A_KEY)
        said = asked.checked(asked.StoryFacts, request.data)
        story = cast("Story", asked.story_from(story_key, said, site))
        try:
            new = stories.register(site, story, now=clock.now())
        except stories.TakenError as why:
            raise Conflict(f"{why} Choose another key.", field="story_key") from None
        except Section.DoesNotExist:
            raise Conflict("The section was deleted just now.", field="section") from None
        return Response({"story": story_key, **said}, status=201 if new else 200)


def resets_at(period: Period) -> datetime:
    """Return when the next period begins on the newspaper's clocks."""
    return datetime.combine(period.ends_date, time(), ZoneInfo(settings.TIME_ZONE))


def _story(key: str, told: Story | None, caller: Caller, now: datetime) -> Story:
    """Return the story as its site's server told it with the call, or as it is known here."""
    if told and caller.site:
        return stories.kept_apart(told, caller.site.pk)
    story = stories.find(key, site=caller.site, now=now)
    if story is None:
        raise NoSuchStory(
            f"Nobody registered {key}. A site’s server does, with PUT /api/v1/stories/{key}/, "
            "or sends what the story is with the call.",
            field="story_key",
        )
    return story


def _body(story_key: str, admission: Admission, now: datetime) -> dict[str, Any]:
    decision = admission.decision
    resets = resets_at(admission.period)
    return {
        "story": story_key,
        "opens": decision.opens,
        "outcome": decision.outcome.value,
        "spent": decision.opens and decision.outcome is Outcome.METERED,
        "allowance": decision.allowance,
        "remaining": decision.remaining,
        "resets_at": resets.isoformat() if decision.remaining is not None else None,
        "time_zone": settings.TIME_ZONE,
        "offers": offers_of(admission),
        # What is open to all for now only, a copy would keep open.
        "max_age_s": 0 if admission.free_mode else max_age(decision, resets_at=resets, now=now),
    }


def _response(body: dict[str, Any], admission: Admission | None = None) -> Response:
    response = Response(body)
    if admission:
        stamp(response, admission)
    response["Cache-Control"] = "private, no-store"
    response["Paywall-Outcome"] = body["outcome"]
    if body["remaining"] is not None:
        response["Paywall-Remaining"] = str(body["remaining"])
    return response


def _idempotency_key(request: Request) -> str:
    key = str(request.headers.get(HEADER, ""))
    if key and not GOOD_KEY.fullmatch(key):
        raise ValidationError({HEADER: ["Send 1 to 200 visible ASCII characters, such as a UUID."]})
    return key
