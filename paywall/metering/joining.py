"""Finding the one meter that a reader's keys point to, and merging what turns out to be one."""

import contextlib
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import raise_access_version
from paywall.metering.keys import Key
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.periods import Period

TRIES = 5


def join(keys: Sequence[Key], *, period: Period) -> int:
    """Return the id of the one meter that all these keys point to, merging or making it.

    Keys that pointed to different meters point to the oldest of them afterwards: it has every
    story of each, so that a union above the allowance opens nothing new.
    """
    wanted = {(key.kind.value, key.value): key for key in keys}
    for _ in range(TRIES):
        found = _find(wanted)
        if len(found) == len(wanted) and len(set(found.values())) == 1:
            return min(found.values())
        with contextlib.suppress(IntegrityError, _OthersWereFasterError), transaction.atomic():
            _point_to_one(wanted, found, period)
    return min(_find(wanted).values())


class _OthersWereFasterError(Exception):
    """Another request made or merged away since what this one had found: roll back, look again.

    So a meter made here that nobody needs is never seen, and nobody's meter goes away for it.
    """


def _point_to_one(
    wanted: dict[tuple[str, str], Key], found: dict[tuple[str, str], int], period: Period
) -> None:
    if found:
        meter_id = _merge(set(found.values()))
    else:
        meter_id = Meter.objects.create(period=period.starts_date).pk
    MeterKey.objects.bulk_create(
        [
            MeterKey(kind=key.kind, value=key.value, reader_id=key.reader_id, meter_id=meter_id)
            for name, key in wanted.items()
            if name not in found
        ],
        ignore_conflicts=True,
    )
    if set(_find(wanted).values()) != {meter_id}:
        raise _OthersWereFasterError


def _find(wanted: dict[tuple[str, str], Key]) -> dict[tuple[str, str], int]:
    # Both columns, so that the index on them finds the rows.
    rows = MeterKey.objects.filter(
        kind__in={kind for kind, _ in wanted}, value__in=[value for _, value in wanted]
    ).values_list("kind", "value", "meter_id")
    return {(kind, value): meter for kind, value, meter in rows if (kind, value) in wanted}


def _merge(meter_ids: set[int]) -> int:
    """Move everything into the oldest meter and return its id; call it inside a transaction."""
    meters = list(Meter.objects.select_for_update().filter(pk__in=meter_ids).order_by("pk"))
    if len(meters) != len(meter_ids):
        raise _OthersWereFasterError
    kept, others = meters[0], meters[1:]
    if others:
        for other in others:
            _copy_reads(other, kept)
        MeterKey.objects.filter(meter__in=others).update(meter=kept)
        Meter.objects.filter(merged_into__in=others).update(merged_into=kept)
        Meter.objects.filter(pk__in=[other.pk for other in others]).delete()
        _recount(kept, period=max(meter.period for meter in meters))
    return kept.pk


def take_over(stranger_meter_id: int, meter_id: int) -> None:
    """Count what a stranger opened on this device on the meter of the reader who signs in.

    The stranger's meter stays, as spent as it is: signing out gives nothing back. It is
    counted for the first reader only, so that a shared device does not charge two people.
    """
    with transaction.atomic():
        # A reader's meter is locked before a stranger's, as merging does: no waiting in a circle.
        meter = Meter.objects.select_for_update().filter(pk=meter_id).first()
        stranger = Meter.objects.select_for_update().filter(pk=stranger_meter_id).first()
        if not stranger or not meter or stranger.merged_into_id not in (None, meter_id):
            return
        _copy_reads(stranger, meter)
        _recount(meter, period=max(stranger.period, meter.period))
        Meter.objects.filter(pk=stranger.pk).update(merged_into=meter)


def _copy_reads(source: Meter, target: Meter) -> None:
    MeteredRead.objects.bulk_create(
        [
            MeteredRead(
                meter=target,
                period=read.period,
                story_key=read.story_key,
                opened_at=read.opened_at,
                title=read.title,
                address=read.address,
                given_back=read.given_back,
            )
            for read in MeteredRead.objects.filter(meter=source)
        ],
        ignore_conflicts=True,
    )


def _recount(meter: Meter, *, period: date) -> None:
    used = MeteredRead.objects.filter(meter=meter, period=period, given_back=False).count()
    Meter.objects.filter(pk=meter.pk).update(used=used, period=period)
    raise_access_version(
        MeterKey.objects.filter(meter=meter, reader__isnull=False).values_list("reader", flat=True)
    )
