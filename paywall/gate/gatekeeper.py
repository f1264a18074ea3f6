"""The gate: decide first, record after."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from paywall.catalog.story import Access, Story
from paywall.gate import facts, noting
from paywall.gate.admission import Admission
from paywall.gate.decision import Decision, Outcome, Visit, decide
from paywall.gate.facts import MeterFacts
from paywall.gate.visitor import Asking, Visitor, asking, identify
from paywall.insights import counting
from paywall.metering import joining, keys, refusing
from paywall.metering.opening import Opening, open_story
from paywall.metering.rules import rules_in_force
from paywall.periods import Period, month_of

TRIES = 3


def admit(request: HttpRequest, story: Story, *, now: datetime) -> Admission:
    """Answer a request for a story, and count it where that opens one of the allowance.

    Only somebody reading opens a story. The answer to HEAD is what would happen; a request
    that comes too early (prefetch, prerender, a range) and would open one is put off.
    """
    admission = answer(identify(request), story, asking(request), now=now)
    noting.note(request, admission, day=counting.day_of(now))
    return admission


def answer(visitor: Visitor, story: Story, wants: Asking, *, now: datetime) -> Admission:
    """Answer a visitor who wants this of a story, through whichever door they came."""
    period = month_of(now, ZoneInfo(settings.TIME_ZONE))
    visit, meter = visit_of(visitor, story, period=period, now=now)
    decision = decide(visit)
    if decision.outcome is not Outcome.METERED or wants is Asking.TO_LOOK:
        admission = Admission(story, visitor, decision, meter.period)
    elif wants is Asking.TOO_EARLY:
        return Admission(story, visitor, decision, meter.period, postponed=True)
    else:
        admission = _open(visitor, story, decision, meter, now=now)
    if visitor.reader and wants is Asking.TO_READ and not admission.opens:
        outcome = admission.decision.outcome.value
        refusing.note(visitor.reader, story, outcome, now=now)
    has_rights = visit.pays_elsewhere or visit.previewing
    return replace(
        admission,
        may_subscribe=visit.signed_in and not has_rights,
        account_opens=admission.opens or _an_account_opens(story),
    )


def look(
    visitor: Visitor, story: Story, *, period: Period, now: datetime, fresh: bool = False
) -> tuple[Decision, MeterFacts]:
    """Decide without recording anything; `fresh` asks the database, not the memory."""
    visit, meter = visit_of(visitor, story, period=period, now=now, fresh=fresh)
    return decide(visit), meter


def visit_of(
    visitor: Visitor, story: Story, *, period: Period, now: datetime, fresh: bool = False
) -> tuple[Visit, MeterFacts]:
    """Return the facts that the gate looks at; `fresh` asks the database, not the memory."""
    if story.access is Access.FREE:
        return Visit(Access.FREE), facts.no_meter(period)
    rules = rules_in_force()
    if rules.free_mode(story.section, at=now):
        return Visit(story.access, free_mode=True), facts.no_meter(period)
    reader = visitor.reader
    allowance = rules.allowance(story.section, signed_in=reader is not None)
    if reader is None:
        meter = facts.of_stranger(visitor.token, period=period)
        visit = Visit(
            story.access,
            verifying=visitor.verifying,
            read_before=story.key in meter.reads,
            allowance=allowance,
            used=meter.used,
        )
        return visit, meter
    known = (facts.of_reader_now if fresh else facts.of_reader)(reader, period=period, now=now)
    in_force = [scope for scope in known.scopes if scope.in_force(now)]
    visit = Visit(
        story.access,
        previewing=reader.is_staff,
        entitled=any(scope.covers(story.section) for scope in in_force),
        pays_elsewhere=bool(in_force),
        signed_in=True,
        read_before=story.key in known.meter.reads,
        allowance=allowance,
        used=known.meter.used,
    )
    return visit, known.meter


def _an_account_opens(story: Story) -> bool:
    """Tell whether a month begins with any story of this section free to who has an account."""
    return rules_in_force().allowance(story.section, signed_in=True) > 0


def _open(
    visitor: Visitor, story: Story, decision: Decision, meter: MeterFacts, *, now: datetime
) -> Admission:
    """Count the story; where others were faster, decide again on what is true by now."""
    token = visitor.token
    for _ in range(TRIES):
        if decision.outcome is not Outcome.METERED:
            break
        meter_id = meter.meter_id
        if meter_id is None:
            token = token or secrets.token_urlsafe(24)
            meter_id = joining.join(_keys(visitor, token), period=meter.period)
        opening, versions = open_story(
            meter_id, story, period=meter.period, allowance=decision.allowance or 0, now=now
        )
        if opening is Opening.OPENED:
            _remember(visitor, story, meter, versions)
            cookie = "" if visitor.reader else token
            return Admission(story, visitor, decision.opened(), meter.period, new_token=cookie)
        decision, meter = look(visitor, story, period=meter.period, now=now, fresh=True)
    if decision.outcome is Outcome.METERED:
        decision = Decision(Outcome.METER_SPENT, False, decision.allowance, decision.remaining)
    return Admission(story, visitor, decision, meter.period)


def _remember(
    visitor: Visitor, story: Story, meter: MeterFacts, versions: Mapping[int, int]
) -> None:
    """Spare the reader's next visit the question; not before the opening is committed."""
    if reader := visitor.reader:
        version = versions.get(reader.pk)
        transaction.on_commit(partial(facts.carry_on, reader, meter, story.key, version=version))


def _keys(visitor: Visitor, token: str) -> list[keys.Key]:
    if visitor.reader:
        return [keys.of_reader(visitor.reader), keys.of_mailbox(visitor.reader.email)]
    return [keys.of_stranger(token)]
