"""Taking in a circulation file: read it, judge it, put it in force.

The command, the schedule and the upload all come here. Whatever interrupts it, the next call to
any of these functions first brings what was accepted to its end and forgets what was only read.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from paywall.circulation import sent
from paywall.circulation.errors import RefusedError
from paywall.circulation.judging import judge
from paywall.circulation.locking import one_at_a_time
from paywall.circulation.models import (
    CirculationImport,
    RejectedRow,
    StagedChange,
    StagedRow,
)
from paywall.circulation.overtaking import refuse_decided, refuse_older, supersede
from paywall.circulation.profiles import PROFILES, Profile
from paywall.circulation.sources import Fetched, fetched, shown, uploaded
from paywall.circulation.staging import clear, stage
from paywall.circulation.states import ImportState
from paywall.circulation.swapping import swap
from paywall.circulation.unpacking import text_of

SHOWN = 20  # rejected rows, in an answer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a file. `seen`: the same file was taken before, as the last.

    `rejected`: some of the rows that could not be read. Of a dry run nothing is kept.
    """

    file: CirculationImport
    seen: bool = False
    dry_run: bool = False
    rejected: Sequence[RejectedRow] = ()


def take(source: str, *, profile: str, now: datetime, dry_run: bool = False) -> Answer:
    """Take in what is at a source. Raises BusyError.

    A dry run reads and judges it all the same, and changes nothing.
    """
    with one_at_a_time():
        finish_interrupted(now=now)
        file = _begin(shown(source), profile, now)
        try:
            with fetched(source) as found:
                return _read_and_judge(file, found, now=now, dry_run=dry_run)
        except RefusedError as error:
            return _refused(file, error, now=now, dry_run=dry_run)
        except BaseException:
            _abandon(file, now=now)
            raise


def look_at(file: CirculationImport, *, now: datetime) -> Answer:
    """Read and judge a file that staff sent; it waits for their yes. Raises BusyError."""
    with one_at_a_time():
        finish_interrupted(now=now)
        file.refresh_from_db()
        if file.state != ImportState.WAITING:  # somebody else has read it
            return Answer(file)
        file.state, file.began_at, file.readings = ImportState.STAGING, now, file.readings + 1
        file.save(update_fields=["state", "began_at", "readings"])
        try:
            with uploaded(sent.pieces_of(file), file.source) as found:
                return _read_and_judge(file, found, now=now, asks=True)
        except RefusedError as error:
            return _refused(file, error, now=now)
        except BaseException:
            _abandon(file, now=now)
            raise


def accept(file_id: int, *, by: Any, now: datetime) -> CirculationImport:
    """Say yes to a held file: it is to be put in force. Call `go_on` next.

    Raises RefusedError, and BusyError while another is read: that one may overtake it.
    """
    with one_at_a_time(), transaction.atomic():
        file = CirculationImport.objects.select_for_update().get(pk=file_id)
        refuse_decided(file)
        refuse_older(file, list(file.publications))
        newer = CirculationImport.objects.filter(
            state=ImportState.TAKEN, ended_at__gt=file.began_at
        )
        if any(set(other.publications) & set(file.publications) for other in newer):
            raise RefusedError("Another file was taken since: send this one again.")
        file.state, file.decided_by, file.decided_at = ImportState.SWAPPING, by, now
        file.save(update_fields=["state", "decided_by", "decided_at"])
    return file


def decline(file_id: int, *, by: Any, now: datetime) -> CirculationImport:
    """Say no to a held file. Raises RefusedError."""
    with transaction.atomic():
        file = CirculationImport.objects.select_for_update().get(pk=file_id)
        refuse_decided(file)
        file.state, file.decided_by, file.decided_at = ImportState.DECLINED, by, now
        file.ended_at = now
        file.save(update_fields=["state", "decided_by", "decided_at", "ended_at"])
    clear(file)
    return file


def go_on(*, now: datetime) -> bool:
    """Bring to its end whatever was accepted, and forget what was only read.

    Returns whether anything was put in force. Raises BusyError.
    """
    states = [ImportState.SWAPPING, ImportState.STAGING]
    if not CirculationImport.objects.filter(state__in=states).exists():
        return False
    with one_at_a_time():
        return finish_interrupted(now=now)


def finish_interrupted(*, now: datetime) -> bool:
    """As `go_on`, for who holds the lock."""
    accepted = list(CirculationImport.objects.filter(state=ImportState.SWAPPING).order_by("pk"))
    for file in accepted:
        logger.info("Circulation: going on with file %d", file.pk)
        swap(file, now=now)
        supersede(file, by="was taken", now=now)
    for file in CirculationImport.objects.filter(state=ImportState.STAGING):
        _abandon(file, now=now)
    waiting = CirculationImport.objects.filter(state=ImportState.HELD).values("pk")
    for model in (StagedChange, StagedRow):
        stray = model.objects.exclude(file__in=waiting).order_by().values_list("file_id", flat=True)
        for file_id in list(stray.distinct()):
            clear(CirculationImport(pk=file_id))
    return bool(accepted)


def _begin(name: str, profile: str, now: datetime) -> CirculationImport:
    full = PROFILES[profile].full if profile in PROFILES else True
    return CirculationImport.objects.create(
        source=name, profile=profile, full=full, began_at=now, as_of=now
    )


def _read_and_judge(
    file: CirculationImport,
    found: Fetched,
    *,
    now: datetime,
    asks: bool = False,
    dry_run: bool = False,
) -> Answer:
    profile = _profile(file.profile)
    file.sha256 = found.sha256
    last = _last_taken(file)
    if seen := last is not None and last.sha256 == file.sha256:
        # Without a date of its own a file that stays the same says nothing of a later day.
        file.as_of = min(found.made_at, now) if found.made_at else last.as_of
    elif found.made_at:
        file.as_of = min(found.made_at, now)
    if seen and last and not asks:
        refuse_older(file, list(last.publications))
        return _seen(file, last, now=now, dry_run=dry_run)
    with text_of(found.file, file.source, profile.encoding) as text:
        in_force = stage(file, text, profile)
    refuse_older(file, list(file.publications))
    why = judge(file, in_force, now=now)
    del in_force  # 100 MB, for a million accounts
    if dry_run:
        return _dry(file, why)
    if why or asks:
        file.state = ImportState.HELD
        file.why = "\n".join(why)
        file.save()
        if not asks:
            supersede(file, by="came", among={"readings": 0}, now=now)
        return Answer(file, seen=seen, rejected=_some_rejected(file))
    file.state = ImportState.SWAPPING
    file.save()
    swap(file, now=now)
    supersede(file, by="was taken", now=now)
    return Answer(file, rejected=_some_rejected(file))


def _profile(name: str) -> Profile:
    if name not in PROFILES:
        raise RefusedError(f"There is no profile {name}: there are {', '.join(sorted(PROFILES))}.")
    return PROFILES[name]


def _last_taken(file: CirculationImport) -> CirculationImport | None:
    taken = CirculationImport.objects.filter(state=ImportState.TAKEN, profile=file.profile)
    return taken.order_by("-as_of", "-pk").first()


def _seen(
    file: CirculationImport, last: CirculationImport, *, now: datetime, dry_run: bool
) -> Answer:
    """Take the last file again: it changes no row, but days may have passed since."""
    file.rows, file.rejected = last.rows, last.rejected
    file.unchanged = last.rows - last.rejected
    file.publications = last.publications
    file.why = f"Seen before, on {last.began_at:%-d %B %Y, %H:%M} (UTC)."
    if dry_run:
        file.delete()
        file.state = ImportState.TAKEN
        return Answer(file, seen=True, dry_run=True)
    file.state = ImportState.SWAPPING
    file.save()
    swap(file, now=now)
    return Answer(file, seen=True)


def _dry(file: CirculationImport, why: list[str]) -> Answer:
    file.state = ImportState.HELD if why else ImportState.TAKEN
    file.why = "\n".join(why)
    answer = Answer(file, dry_run=True, rejected=_some_rejected(file))
    clear(file)
    CirculationImport.objects.filter(pk=file.pk).delete()
    return answer


def _some_rejected(file: CirculationImport) -> list[RejectedRow]:
    return list(RejectedRow.objects.filter(file=file)[:SHOWN])


def _refused(
    file: CirculationImport, error: RefusedError, *, now: datetime, dry_run: bool = False
) -> Answer:
    clear(file)
    file.state, file.why, file.ended_at = ImportState.REFUSED, str(error), now
    if dry_run:
        CirculationImport.objects.filter(pk=file.pk).delete()
    else:
        file.save()
    return Answer(file, dry_run=dry_run)


def _abandon(file: CirculationImport, *, now: datetime) -> None:
    """Forget what was read of a file whose reading broke off, unless it was accepted by then.

    One that staff sent is here still, and is read again.
    """
    staging = CirculationImport.objects.filter(pk=file.pk, state=ImportState.STAGING)
    if sent.may_be_read_again(file) and staging.update(state=ImportState.WAITING):
        RejectedRow.objects.filter(file=file).delete()
        clear(file)
    elif staging.update(state=ImportState.REFUSED, why="Reading it was interrupted.", ended_at=now):
        clear(file)
