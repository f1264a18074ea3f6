"""What the page of a circulation file shows: what became of it, and what it would change or did."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings

from paywall.circulation import previewing
from paywall.circulation.kept import KeptChange
from paywall.circulation.models import CirculationImport, StagedRow
from paywall.circulation.previewing import Preview
from paywall.circulation.states import ImportState

SHOWN = 20  # rejected rows
GOES_ON = {ImportState.ARRIVING, ImportState.WAITING, ImportState.STAGING, ImportState.SWAPPING}
IN_FORCE_OR_ASKED = {ImportState.HELD, ImportState.SWAPPING, ImportState.TAKEN}
REFRESH = 5  # seconds; until then the page looks again by itself


def shown_of(file: CirculationImport) -> dict[str, Any]:
    """Return what its template shows of a file."""
    held = file.state == ImportState.HELD
    return {
        "title": f"Circulation file: {name_of(file)}",
        "file": file,
        "heading": heading_of(file),
        "held": held,
        "goes_on": file.state in GOES_ON,
        "refresh": REFRESH,
        "read_so_far": read_so_far(file),
        "rejected": file.rejected_rows.all()[:SHOWN],
        "changes": changes_of(file),
        "changes_heading": f"Some of what {'would change' if held else 'it changed'}",
        "changes_shown": previewing.SHOWN,
        "counts_for_them": file.state in IN_FORCE_OR_ASKED,
        "grace_days": settings.PRINT_GRACE_DAYS,
        "absent_until": file.as_of + timedelta(days=settings.PRINT_GRACE_DAYS),
    }


def name_of(file: CirculationImport) -> str:
    """Return a file's name without the way to it."""
    return file.source.rstrip("/").rpartition("/")[2] or file.source


def changes_of(file: CirculationImport) -> Collection[Preview | KeptChange]:
    """Return some of what a held file would change, or of what one in force has changed."""
    if file.state == ImportState.HELD:
        return previewing.some_of(file)
    return list(file.kept_changes.all())


def heading_of(file: CirculationImport) -> str:
    """Return what became of a file, in a few words."""
    if file.state == ImportState.HELD:
        return "It waits for a yes or no"
    if file.state == ImportState.DECLINED and file.decided_at is None:
        return "A later file has taken its place"
    return str(file.get_state_display())


def needs_a_tick(file: CirculationImport) -> bool:
    """Tell whether a yes is asked for twice: the breaker stopped the file."""
    return file.state == ImportState.HELD and file.why != ""


def read_so_far(file: CirculationImport) -> int:
    """Return how many good rows of a file are read, while it is."""
    return StagedRow.objects.filter(file=file).count() if file.state == ImportState.STAGING else 0
