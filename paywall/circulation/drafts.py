"""What a reader typed last and was not found by: kept for a day, to be corrected or checked."""

from datetime import datetime, timedelta

from accounts.models import Reader
from paywall.circulation.claims import PrintCase
from paywall.circulation.matching import Typed
from paywall.circulation.models import PrintAccount

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


def settle(reader: Reader, account: PrintAccount, *, now: datetime) -> None:
    """Forget what was typed, and close the reader's case: it was found in the end."""
    theirs = PrintCase.objects.filter(reader=reader)
    theirs.filter(state=DRAFT).delete()
    theirs.filter(state=PrintCase.State.OPEN).update(
        state=PrintCase.State.FOUND, account=account, decided_at=now
    )


def forget_old(*, now: datetime) -> int:
    """Delete drafts after a day; return how many."""
    return PrintCase.objects.filter(state=DRAFT, typed_at__lt=now - DRAFTS_KEPT).delete()[0]
