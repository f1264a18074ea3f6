"""What /account/ says of the printed paper."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.models import Reader
from paywall.circulation.showing import print_of
from paywall.web.activation_forms import InvitationForm


def printed_paper(reader: Reader, *, now: datetime) -> dict[str, Any]:
    """Return the context of `partials/account_print.html`."""
    links = [
        ("See and pay your bills", settings.CIRCULATION_BILLS_URL),
        ("Put the paper on hold, or start it again", settings.CIRCULATION_HOLDS_URL),
        ("Change the card you pay with", settings.CIRCULATION_CARDS_URL),
    ]
    return {
        "printed": print_of(reader, now=now),
        "print_links": [(words, address) for words, address in links if address],
        "invitation_form": InvitationForm(),
        "cancel_url": _cancel_url(),
        "desk_phone": settings.CIRCULATION_PHONE,
        "desk_hours": settings.CIRCULATION_HOURS,
    }


def _cancel_url() -> str:
    try:
        return reverse("account_cancel")
    except NoReverseMatch:
        return ""
