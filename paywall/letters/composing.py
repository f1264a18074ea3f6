"""Putting letters that are about no payment into words."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Reader
from paywall.letters import dressing
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter

LONGEST_SUBJECT = 200  # characters


def compose(
    kind: Kind,
    key: str,
    reader: Reader | None,
    about: Mapping[str, Any],
    *,
    now: datetime,
    address: str = "",
    why_sent: str = "",
) -> Letter:
    """Return the letter of `letters/{kind}.txt`, whose first line is the subject; not saved.

    `address`: where it goes, if that is not the reader's own; then say `why_sent` too. A letter to
    staff, or to who was one, has no reader. Only who has an account is led to it.
    """
    site = settings.SITE_URL
    own = reader.email if reader else ""
    frame = {
        "newspaper_name": settings.NEWSPAPER_NAME,
        "site_url": site,
        "account_url": f"{site}{reverse('account')}" if reader and not address else "",
        "subscribe_url": f"{site}{reverse('subscribe')}",
        "address": address or own,
        "stop_url": "",
        "why_sent": why_sent or f"We write to {own}, the address of your account with us.",
    }
    words = _plain(f"{kind}.txt", {**frame, **about, "now": now})
    subject, _, body = dressing.tidied(words).partition("\n\n")
    frame |= {"subject": subject, "body": body}
    parts = dressing.parts_of(body)
    return Letter(
        key=key,
        kind=kind.value,
        reader=reader,
        address=address or own,
        subject=subject[:LONGEST_SUBJECT],
        text=_plain("frame.txt", frame).strip() + "\n",
        html=render_to_string("paywall/letters/frame.html", {**frame, "parts": parts}),
        message_id=f"<{uuid.uuid4()}@{urlsplit(site).hostname}>",
        written_at=now,
        next_try_at=now,
    )


def _plain(name: str, context: Mapping[str, Any]) -> str:
    """Render a text; what HTML would escape is left as it is."""
    return str.__str__(render_to_string(f"paywall/letters/{name}", dict(context)))
