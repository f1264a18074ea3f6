"""Giving courtesy access to many readers at once, and taking it back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.courtesy_file import Row
from paywall.entitlements.models import CourtesyBatch, Entitlement, Source

LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, whose it is and what it would do. Without a reader it does nothing."""

    row: Row
    reader_id: int | None
    says: str


def judge(rows: Sequence[Row], *, now: datetime) -> Sequence[Judged]:
    """Return what each row would do, or why it does nothing. Two queries."""
    addresses = [row.address for row in rows if not row.problem]
    readers = dict(Reader.objects.filter(email__in=addresses).values_list("email", "pk"))
    rights: dict[int, list[Entitlement]] = {}
    for right in Entitlement.objects.in_force(now).filter(
        reader__in=readers.values(), everything=True
    ):
        rights.setdefault(right.reader_id, []).append(right)
    judged = []
    for row in rows:
        reader_id = readers.get(row.address)
        judged.append(_judge(row, reader_id, rights.get(reader_id or 0, []), now))
    return judged


def give(
    rows: Sequence[Row], *, why: str, file: str, key: uuid.UUID, by: Reader, now: datetime
) -> CourtesyBatch:
    """Give what the rows say, as of now; the same key gives it once."""
    with transaction.atomic():
        batch, is_new = CourtesyBatch.objects.get_or_create(
            key=key, defaults={"why": why, "file": file[:200], "given_by": by, "given_at": now}
        )
        if not is_new:
            return batch
        judged = judge(rows, now=now)
        ends = {one.reader_id: end_of(one.row) for one in judged if one.reader_id}
        given = granting.give_many(Source.COURTESY, ends, starts_at=now)
        batch.entitlements.set(given)
        batch.given, batch.left_out = len(given), len(rows) - len(given)
        batch.save(update_fields=["given", "left_out"])
    return batch


def take_back(batch: CourtesyBatch, *, by: Reader, now: datetime) -> bool:
    """End what a file gave; False: somebody has."""
    with transaction.atomic():
        open_batches = CourtesyBatch.objects.filter(pk=batch.pk, withdrawn_at=None)
        if not open_batches.update(withdrawn_at=now, withdrawn_by=by):
            return False
        granting.withdraw_all(list(batch.entitlements.all()), at=now)
    return True


def end_of(row: Row) -> datetime:
    """Return when a row's access ends: with its last day, on the newspaper's clocks."""
    next_day = row.until_date + timedelta(days=1)
    return datetime.combine(next_day, time(), ZoneInfo(settings.TIME_ZONE))


def _judge(row: Row, reader_id: int | None, rights: Sequence[Entitlement], now: datetime) -> Judged:
    if row.problem:
        return Judged(row, None, row.problem)
    if row.until_date > (now + LONGEST).date() or end_of(row) <= now:
        problem = "The last day is over, or more than five years away."
        return Judged(replace(row, problem=problem), None, problem)
    if reader_id is None:
        problem = "Nobody has an account with this address."
        return Judged(replace(row, problem=problem), None, problem)
    courtesies = [right.ends_at for right in rights if right.source == Source.COURTESY]
    if any(ends_at is None or ends_at >= end_of(row) for ends_at in courtesies):
        return Judged(row, None, "Has courtesy access for as long already: nothing changes.")
    if others := [right for right in rights if right.source != Source.COURTESY]:
        source = others[0].get_source_display().lower()
        return Judged(row, reader_id, f"Gets access, and reads everything now ({source}).")
    return Judged(row, reader_id, "Gets access.")
