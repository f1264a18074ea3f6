"""A file that staff send, kept in pieces until a task has read it, on whatever machine."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from paywall.circulation.errors import RefusedError
from paywall.circulation.models import CirculationImport, SentPiece
from paywall.circulation.profiles import PROFILES
from paywall.circulation.sources import LARGEST
from paywall.circulation.states import ImportState

MOST_READINGS = 3  # a file whose reading breaks off each time would break it off for ever
SENT_WITHIN = timedelta(hours=1)  # what takes longer broke off
_NEEDED = [ImportState.ARRIVING, ImportState.WAITING, ImportState.STAGING]


def keep(pieces: Iterable[bytes], *, name: str, profile: str, now: datetime) -> CirculationImport:
    """Write a file down piece by piece, to be read later. Raises RefusedError: it is too large.

    Each piece is a transaction of its own: on SQLite nobody waits for the whole of it.
    """
    file = CirculationImport.objects.create(
        source=name[-500:] or "A file",
        profile=profile,
        full=PROFILES[profile].full,
        state=ImportState.ARRIVING,
        began_at=now,
        as_of=now,
    )
    try:
        _write(file, pieces)
    except BaseException:
        file.delete()
        raise
    file.state = ImportState.WAITING
    file.save(update_fields=["state"])
    return file


def waiting() -> list[CirculationImport]:
    """Return the files that are to be read, in the order that they were sent."""
    return list(CirculationImport.objects.filter(state=ImportState.WAITING).order_by("pk"))


def pieces_of(file: CirculationImport) -> Iterator[bytes]:
    """Yield what was sent, piece by piece."""
    position = 0
    while piece := SentPiece.objects.filter(file=file, position=position).first():
        yield bytes(piece.data)
        position += 1


def may_be_read_again(file: CirculationImport) -> bool:
    """Tell whether a file whose reading broke off is here still, and was not tried too often."""
    return file.readings < MOST_READINGS and SentPiece.objects.filter(file=file).exists()


def forget_read(*, now: datetime) -> None:
    """Delete the pieces of what was read, and give up what never arrived whole."""
    late = CirculationImport.objects.filter(
        state=ImportState.ARRIVING, began_at__lt=now - SENT_WITHIN
    )
    late.update(state=ImportState.REFUSED, why="Sending it broke off.", ended_at=now)
    SentPiece.objects.exclude(file__state__in=_NEEDED).delete()


def _write(file: CirculationImport, pieces: Iterable[bytes]) -> None:
    size = 0
    for position, piece in enumerate(pieces):
        size += len(piece)
        if size > LARGEST:
            raise RefusedError(f"{file.source} is larger than {LARGEST // 1024**2} MB.")
        SentPiece.objects.create(file=file, position=position, data=piece)
