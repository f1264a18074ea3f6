"""Letters that a mail server sent back, as the mail provider tells us."""

from datetime import datetime, timedelta

from accounts.models import Reader
from paywall.letters import stopping
from paywall.letters.models import Letter

RECENT = timedelta(days=14)  # a provider gives up after days


def note(address: str, *, why: str, now: datetime) -> bool:
    """Note with the newest letter to an address that it came back; False: we sent none lately.

    Sign-in codes come back too: those are no letters, and whoever asked for one sees it.
    """
    sent = Letter.objects.filter(
        address=address.strip().lower(), sent_at__gt=now - RECENT, bounced_at=None
    )
    newest = sent.order_by("-sent_at").first()
    if newest is None:
        return False
    bounced = Letter.objects.filter(pk=newest.pk, bounced_at=None)
    return bool(bounced.update(bounced_at=now, bounce=why[:200], seen_at=None))


def complain(address: str, *, now: datetime) -> None:
    """Write no letters but those about money to somebody who called one spam."""
    reader = Reader.objects.filter(email=address.strip().lower()).first()
    if reader:
        stopping.stop(reader, now=now)
