"""What the mail provider tells us of letters, through django-anymail's webhooks.

Anymail proves who calls (WEBHOOK_SECRET, and the provider's own signature where it has one), reads
what each provider writes, and says it in a signal of its own: https://anymail.dev/en/stable/sending/tracking/
"""

from typing import Any

from anymail.signals import EventType, tracking

from paywall import clock
from paywall.letters import bouncing

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}


def watch() -> None:
    """Listen to Anymail."""
    tracking.connect(on_tracking, dispatch_uid="paywall-bounces")


def on_tracking(event: Any, **_signal: Any) -> None:
    """Note a letter that came back, and stop what somebody called spam."""
    address, now = event.recipient or "", clock.now()
    if event.event_type in CAME_BACK:
        bouncing.note(address, why=_why(event), now=now)
    elif event.event_type == EventType.COMPLAINED:
        bouncing.complain(address, now=now)


def _why(event: Any) -> str:
    said = (event.mta_response or event.description or "").strip()
    return f"{event.reject_reason or event.event_type}: {said}" if said else str(event.event_type)
