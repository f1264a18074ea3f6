"""The file that is fetched every night, and what staff are told when none has come."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from paywall.circulation import importing
from paywall.circulation.importing import Answer
from paywall.circulation.kept import KeptChange
from paywall.circulation.models import CirculationImport, RejectedRow
from paywall.circulation.states import ImportState

KEPT = timedelta(days=90)  # what was rejected or changed, and files that were not taken

logger = logging.getLogger(__name__)


def take_tonights(*, now: datetime) -> Answer | None:
    """Take in the file at CIRCULATION_SOURCE; None without one. Raises BusyError.

    A missing, refused or held file changes nothing. Staff see it in the list of files.
    """
    forget_old(now=now)
    if not settings.CIRCULATION_SOURCE:
        return None
    answer = importing.take(
        settings.CIRCULATION_SOURCE, profile=settings.CIRCULATION_PROFILE, now=now
    )
    level = logging.INFO if answer.file.state == ImportState.TAKEN else logging.WARNING
    logger.log(level, "Circulation: %s", answer.file.summary())
    if late := lateness(now=now):
        logger.warning("Circulation: %s", late)
    return answer


def lateness(*, now: datetime) -> str:
    """Return what staff are told when no new file has come for too long; else "".

    A file that stays as it was is none: its own date counts. Nobody's access ends by it.
    """
    if not settings.CIRCULATION_SOURCE:
        return ""
    newest = newest_at()
    if newest is None:
        return "No circulation file has been taken yet."
    if now - newest <= timedelta(hours=settings.CIRCULATION_LATE_HOURS):
        return ""
    return (
        f"The newest circulation file is from {newest:%-d %B %Y, %H:%M} (UTC): none has come "
        "since. Nobody loses access because of that."
    )


def newest_at() -> datetime | None:
    """Return the moment of the newest file that was taken."""
    taken = CirculationImport.objects.filter(state=ImportState.TAKEN).order_by("-as_of")
    return taken.values_list("as_of", flat=True).first()


def forget_old(*, now: datetime) -> None:
    """Forget rejected rows, what was changed, and files that were not taken, after 3 months."""
    before = now - KEPT
    for model in (RejectedRow, KeptChange):
        model.objects.filter(file__began_at__lt=before).delete()
    CirculationImport.objects.filter(
        began_at__lt=before, state__in=[ImportState.REFUSED, ImportState.DECLINED]
    ).delete()
