"""Everything that changed what a reader reads: when, what, by whom, told by what, and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Reader
from paywall.staff import happenings
from paywall.staff.happenings import Moment

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some moments, the newest first; `older`: before when the next ones are, or None."""

    moments: list[Moment]
    older: datetime | None


def timeline_of(reader: Reader, *, before: datetime, without: Collection[str] = ()) -> Timeline:
    """Return what happened before a moment, the newest first; `without` some kinds of moments."""

    def newest(rows: QuerySet[Any], field: str) -> Iterable[Any]:
        return rows.filter(**{f"{field}__lt": before}).order_by(f"-{field}", "-pk")[: SHOWN + 1]

    found = [
        moment
        for happened in happenings.EVERY_KIND
        for moment in happened(reader, newest)
        if moment.at < before and moment.kind not in without
    ]
    # What a deed gave or ended at its moment is the deed, which says who did it and why.
    done_at = {moment.at for moment in found if moment.kind == "deed"}
    found = [each for each in found if each.kind != "access" or each.at not in done_at]
    found.sort(key=lambda moment: moment.at, reverse=True)
    shown = found[:SHOWN]
    return Timeline(shown, shown[-1].at if len(found) > SHOWN else None)
