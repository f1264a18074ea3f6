"""What a reader typed last and was not found by: kept for a day, to be corrected or checked."""

from datetime import datetime, timedelta

from accounts.models import Reader
from paywall.circulation.claims import PrintCase
from paywall.circulation.matching import Typed

DRAFTS_KEPT = timedelta(days=1)
DRAFT = PrintCase.State.DRAFT


def keep_draft(reader: Reader, typed: Typed, *, now: datetime) -> None:
    """Keep what was typed for a day, so that it can be corrected, or opened as a case."""
    fields = {
        "number": typed.number.strip()[:60],
        "last_name": typed.last_name.strip()[:80],
        "postal_code": typed.postal_code.strip()[:16],
        "house_number": typed.house_number.strip()[:40],
        "phone_last4": typed.phone_last4,
        "typed_at": now,
    }
    PrintCase.objects.update_or_create(reader=reader, state=DRAFT, defaults=fields)


def draft_of(reader: Reader, *, now: datetime) -> PrintCase | None:
    """Return what the reader typed last and was not found by, if that was within a day."""
    kept = PrintCase.objects.filter(reader=reader, state=DRAFT, typed_at__gt=now - DRAFTS_KEPT)
    return kept.first()


def forget_draft(reader: Reader) -> None:
    """Forget what was typed: it was right in the end."""
    PrintCase.objects.filter(reader=reader, state=DRAFT).delete()


def forget_old(*, now: datetime) -> int:
    """Delete drafts after a day; return how many."""
    return PrintCase.objects.filter(state=DRAFT, typed_at__lt=now - DRAFTS_KEPT).delete()[0]
