"""What the desk tells a caller: how they stand, in one sentence, and why a story is closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.timezone import localtime

from accounts.models import Reader
from paywall.catalog.models import Section
from paywall.catalog.sections import sections_in_order
from paywall.catalog.story import Story
from paywall.entitlements.models import Entitlement, Source
from paywall.gate.explaining import Explanation, explain
from paywall.gate.gatekeeper import visit_of
from paywall.gate.standing import Standing
from paywall.gate.stories import story_at
from paywall.gate.visitor import Visitor
from paywall.metering.allowances import FreeWindow
from paywall.periods import month_of
from paywall.subscriptions.lifecycle import Reason
from paywall.subscriptions.models import Subscription

UNPROVED = "The address is not confirmed: they have not typed the code, and cannot sign in yet."
CLOSED = "The account is closed to signing in."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate says of a story to a reader, and to the same person signed out."""

    story: Story
    section: str
    to_reader: Explanation
    signed_out: Explanation
    cannot_sign_in: str


def why(reader: Reader, address: str, *, now: datetime) -> Answer | None:
    """Return what the gate would answer, or None where there is no such story.

    A question: nothing is opened, counted or remembered.
    """
    story = story_at(address, now=now)
    if story is None:
        return None
    hindrance = cannot_sign_in(reader)
    stranger = Visitor(None, has_session=False, verifying=hindrance == UNPROVED, token="")
    signed_in = Visitor(reader, has_session=True, verifying=False, token="")
    section = Section.objects.filter(slug=story.section).values_list("name", flat=True).first()
    return Answer(
        story,
        section or story.section,
        _explained(stranger if hindrance else signed_in, story, now),
        _explained(Visitor(None, has_session=False, verifying=False, token=""), story, now),
        hindrance,
    )


def cannot_sign_in(reader: Reader) -> str:
    """Return what keeps a reader from signing in, or ""."""
    if not reader.is_active:
        return CLOSED
    proved = EmailAddress.objects.filter(user=reader, verified=True).exists()
    return "" if proved else UNPROVED


def in_one_sentence(standing: Standing, *, hindrance: str = "", is_staff: bool = False) -> str:
    """Say what opens the door now, and why."""
    if hindrance:
        return hindrance
    if is_staff:
        return "Reads everything, as staff do."
    everything = [right for right in standing.entitlements if right.everything]
    if everything:
        return _opened_by(everything[0], "everything")
    free = _free(standing)
    if standing.entitlements:
        right = standing.entitlements[0]
        names = " and ".join(section.name for section in right.sections.all())
        return f"{_opened_by(right, names)} Elsewhere: {free}"
    return f"Nothing is paid for or given. {free}"


def open_to_everybody(windows: Iterable[FreeWindow], *, now: datetime) -> str:
    """Say what is open to everybody now, reader or not, or ""."""
    lasting = [window for window in windows if window.lasts(now)]
    whole = [window.ends_at for window in lasting if window.section is None]
    if whole:
        return f"All stories are open to everybody until {localtime(max(whole)):%-d %B, %H:%M}."
    slugs = {window.section for window in lasting}
    names = [section.name for section in sections_in_order() if section.slug in slugs]
    return f"{' and '.join(names)} stories are open to everybody for now." if names else ""


def _explained(visitor: Visitor, story: Story, now: datetime) -> Explanation:
    period = month_of(now, ZoneInfo(settings.TIME_ZONE))
    visit, _ = visit_of(visitor, story, period=period, now=now, fresh=True)
    return explain(visit)


def _free(standing: Standing) -> str:
    again = f"{standing.period.ends_date:%-d %B}"
    if not standing.allowance:
        return "No free stories are given."
    if not standing.remaining:
        return f"All {standing.allowance} free stories of the month are used; more on {again}."
    return f"{standing.remaining} of {standing.allowance} free stories are left until {again}."


def _opened_by(right: Entitlement, what: str) -> str:
    subscription: Subscription | None = getattr(right, "subscription", None)
    if subscription:
        return f"Reads {what}: {_subscribed(subscription)}"
    because = {
        Source.SUBSCRIPTION: "by a subscription",
        Source.PURCHASE: "with a pass",
        Source.PRINT: "with the printed paper",
        Source.COURTESY: "by courtesy of the paper",
    }.get(Source(right.source), right.get_source_display())
    until = f"until {_moment(right.ends_at)}" if right.ends_at else "until it is withdrawn"
    return f"Reads {what} {because}, {until}."


def _subscribed(subscription: Subscription) -> str:
    """Say it by Stripe's dates: the right itself lasts some days longer, for our own delays."""
    package = subscription.price.package.name
    period_ends = _moment(subscription.period_ends_at)
    match subscription.reason:
        case Reason.TRIAL:
            return f"the free days of “{package}” last until {period_ends}."
        case Reason.CANCELLED_LATER:
            ends = _moment(subscription.cancels_at or subscription.period_ends_at)
            return f"the subscription to “{package}” is cancelled, and paid until {ends}."
        case Reason.IN_GRACE:
            ends = _moment(subscription.opens_until or subscription.period_ends_at)
            return f"the last payment for “{package}” failed, and it stays open until {ends}."
    return f"the subscription to “{package}” is paid until {period_ends}."


def _moment(ends_at: datetime) -> str:
    """Return the last day before an end: one at midnight is over with the day before."""
    return f"{localtime(ends_at - timedelta(microseconds=1)):%-d %B %Y}"
