"""Preparing figures twice an hour, of what changes little and takes long to add up.

Whoever asks before they are there, or when nothing runs on schedule any more, waits for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from paywall.periods import Period
from paywall.reports.models import Prepared
from paywall.reports.printed import Printed, Share
from paywall.reports.recurring import Month
from paywall.reports.revenue import Taken

GOOD_FOR = timedelta(hours=3)
PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month's money, what recurs at its end, starts and stops."""

    taken: Taken
    recurs: Mapping[str, int]
    moved: Month


@dataclass(frozen=True, slots=True)
class Figures:
    """What was prepared and is not too old; the rest is not there."""

    months: Mapping[Period, MonthFigures]
    printed: Printed | None


def read(months: Iterable[Period], *, now: datetime) -> Figures:
    """Return what there is of these months, and of the print accounts."""
    wanted = {_name_of(month): month for month in months}
    rows = Prepared.objects.filter(name__in=[*wanted, PRINTED], made_at__gt=now - GOOD_FOR)
    known: dict[str, Any] = dict(rows.filter(made_at__lte=now).values_list("name", "figures"))
    printed = known.pop(PRINTED, None)
    return Figures(
        {wanted[name]: _month_from(figures) for name, figures in known.items()},
        _printed_from(printed) if printed else None,
    )


def keep(months: Mapping[Period, MonthFigures], printed: Printed, *, now: datetime) -> None:
    """Keep figures that were added up just now, in place of the older ones."""
    told: dict[str, Any] = {
        _name_of(month): {
            "paid": figures.taken.paid,
            "refunded": figures.taken.refunded,
            "recurs": figures.recurs,
            "moved": astuple(figures.moved),
        }
        for month, figures in months.items()
    }
    told[PRINTED] = astuple(printed)
    Prepared.objects.bulk_create(
        [Prepared(name=name, figures=figures, made_at=now) for name, figures in told.items()],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["figures", "made_at"],
    )
    Prepared.objects.exclude(name__in=told).delete()


def _name_of(month: Period) -> str:
    return f"{month.starts_date}:{settings.TIME_ZONE}"


def _month_from(figures: dict[str, Any]) -> MonthFigures:
    taken = Taken(Counter(figures["paid"]), Counter(figures["refunded"]))
    return MonthFigures(taken, figures["recurs"], Month(*figures["moved"]))


def _printed_from(figures: list[Any]) -> Printed:
    everybody, by_days, by_code = figures
    return Printed(
        Share(*everybody), [Share(*each) for each in by_days], [Share(*each) for each in by_code]
    )
