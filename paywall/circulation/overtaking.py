"""Which files have overtaken which: nobody is asked about one that is too old by now."""

from collections.abc import Mapping
from datetime import datetime

from paywall.circulation.errors import RefusedError
from paywall.circulation.models import CirculationImport, PrintPublication
from paywall.circulation.staging import clear
from paywall.circulation.states import ImportState


def refuse_decided(file: CirculationImport) -> None:
    """Raise RefusedError unless a file waits for a yes or no."""
    if file.state == ImportState.DECLINED and file.decided_at is None:
        raise RefusedError("It is too old: a later file has taken its place. Send the newest one.")
    if file.state != ImportState.HELD:
        raise RefusedError(f"It is {file.get_state_display().lower()} already.")


def refuse_older(file: CirculationImport, publications: list[str]) -> None:
    """Raise RefusedError when a newer file of one of these publications was taken."""
    last = PrintPublication.objects.filter(name__in=publications, as_of__gt=file.as_of).first()
    if last is not None:
        raise RefusedError(
            f"It is from {file.as_of:%-d %B %Y, %H:%M}, older than the last file taken, "
            f"which is from {last.as_of:%-d %B %Y, %H:%M} (UTC)."
        )


def supersede(
    file: CirculationImport, *, by: str, now: datetime, among: Mapping[str, int] | None = None
) -> None:
    """Let nobody be asked about what a later file has overtaken.

    A file that is only looked at overtakes nothing, and the next night's that is held as well
    overtakes those of other nights alone: what staff sent waits for their own word.
    """
    earlier = CirculationImport.objects.filter(state=ImportState.HELD, pk__lt=file.pk)
    for held in earlier.filter(**(among or {})):
        if set(held.publications) & set(file.publications):
            held.state, held.ended_at = ImportState.DECLINED, now
            later = f"a later file, {file.source}, {by} on {now:%-d %B %Y, %H:%M} (UTC)"
            held.why = f"{held.why}\nNobody decided on it: {later}.".strip()
            held.save(update_fields=["state", "ended_at", "why"])
            clear(held)
