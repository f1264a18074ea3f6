"""Words for templates."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.core.exceptions import TooManyFieldsSent
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import Reader
from paywall import clock
from paywall.gate import facts
from paywall.gate.publishing import words_in_force
from paywall.gate.saying import Said, offers_said, said_by
from paywall.insights import origin
from paywall.metering.rules import rules_in_force

register = template.Library()


@register.filter
def enumerated(things: Iterable[object]) -> str:
    """Write names as a sentence does, such as "News, Sport and Culture"."""
    return get_text_list([str(thing) for thing in things], _("and"))


@register.filter
def last_day(ends_at: datetime) -> date:
    """Return the last day, in the newspaper's zone, before an end that is exclusive."""
    return timezone.localtime(ends_at - timedelta(microseconds=1)).date()


@register.simple_tag
def house_allowance() -> int:
    """Return how many premium stories a month an account opens for free."""
    return rules_in_force().house.readers


@register.simple_tag(takes_context=True)
def wall_words(context: dict[str, Any]) -> Said:
    """Return what the wall of this page says: as published, or by the draft of a preview."""
    draft = context.get("draft_texts")
    return said_by(
        context["wall"],
        context["admission"],
        texts=words_in_force().texts if draft is None else draft,
        house=rules_in_force().house.readers,
    )


@register.simple_tag
def offer_words() -> dict[str, str]:
    """Return the words of the offers, where they stand on no wall."""
    return offers_said(words_in_force().texts, house=rules_in_force().house.readers)


@register.simple_tag(takes_context=True)
def may_subscribe(context: dict[str, Any]) -> bool:
    """Tell whether the signed-in reader of this page has nothing that opens stories.

    A story's page is shown to others who are told the same: it goes by what the gate found.
    """
    admission, request = context.get("admission"), context.get("request")
    if admission:
        return bool(admission.may_subscribe)
    reader = getattr(request, "user", None)
    if not isinstance(reader, Reader) or reader.is_staff:
        return False
    return not facts.has_rights(reader, now=clock.now())


@register.simple_tag(takes_context=True)
def way_back(context: dict[str, Any]) -> str:
    """Return the query that leads back to the story somebody came from, or "".

    It is the story of this page, or the `next` that this page was itself asked with; only a
    path of our own is passed on. With it goes the story's signed key, which gets the credit.
    """
    admission, request = context.get("admission"), context.get("request")
    if admission:
        path, came_from = admission.story.address, origin.sign(admission.story.key)
    else:
        try:
            asked = request.GET if request else {}
        except TooManyFieldsSent:  # it is the page that says "not found" or "bad request"
            asked = {}
        path, came_from = asked.get("next", ""), asked.get(origin.PARAMETER, "")
    if not path or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return ""
    query = {"next": path}
    if origin.read(came_from):
        query[origin.PARAMETER] = came_from
    return f"?{urlencode(query, safe='/', quote_via=quote)}"
