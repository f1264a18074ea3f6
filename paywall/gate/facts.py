"""What the gate knows of a reader, remembered until something about it changes."""

import time
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db.models import FilteredRelation, Q

from accounts.models import Reader
from paywall.entitlements.models import Entitlement
from paywall.memory import Memory
from paywall.metering import keys
from paywall.metering.models import MeterKey
from paywall.periods import Period

REMEMBERED_FOR = 300  # seconds
MOST_READERS = 5000  # in this process


@dataclass(frozen=True, slots=True)
class Scope:
    """What an entitlement opens, from when until when (exclusive; None: until withdrawn)."""

    starts_at: datetime
    ends_at: datetime | None
    everything: bool
    section: str | None

    def in_force(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def covers(self, section: str) -> bool:
        return self.everything or self.section == section


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter in one period. `period` is later than asked where the meter has gone on already."""

    meter_id: int | None
    period: Period
    used: int
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """A reader's rights, one scope for each section they name, and the reader's meter."""

    scopes: tuple[Scope, ...]
    meter: MeterFacts


_facts: Memory[str, ReaderFacts] = Memory(most=MOST_READERS)


def of_reader(reader: Reader, *, period: Period, now: datetime) -> ReaderFacts:
    """Return the facts, from memory if nothing changed since: this process', then the cache.

    The key holds the reader's access_version, raised in the transaction of every change: what
    is remembered can be lost, but not out of date. The reader's public id is never given again,
    as numbers are after a database was made anew.
    """
    key = _key(reader, reader.access_version, period)
    facts = _facts.get(key, seconds=REMEMBERED_FOR)
    if facts is None:
        asked_at = time.monotonic()
        facts = cache.get(key)
        if facts is None:
            facts = of_reader_now(reader, period=period, now=now)
            cache.set(key, facts, REMEMBERED_FOR)
        _facts.set(key, facts, asked_at=asked_at)
    return facts


def carry_on(reader: Reader, meter: MeterFacts, story_key: str, *, version: int | None) -> None:
    """Remember the facts with one story more, after it was opened on this meter.

    `version` is the access_version that the opening gave the reader. It is the next one after
    the one that the facts were looked up under only if nothing else changed in between; if
    anything did, they are asked for anew.
    """
    known = _facts.get(_key(reader, reader.access_version, meter.period), seconds=REMEMBERED_FOR)
    if known is None or known.meter != meter or version != reader.access_version + 1:
        return
    opened = replace(meter, used=meter.used + 1, reads=meter.reads | {story_key})
    key, facts = _key(reader, version, meter.period), replace(known, meter=opened)
    _facts.set(key, facts, asked_at=time.monotonic())
    cache.set(key, facts, REMEMBERED_FOR)


def of_reader_now(reader: Reader, *, period: Period, now: datetime) -> ReaderFacts:
    """Return the facts as the database has them: two queries."""
    scopes = tuple(
        Scope(*row)
        for row in Entitlement.objects.not_ended(now)
        .filter(reader=reader)
        .values_list("starts_at", "ends_at", "everything", "sections__slug")
    )
    return ReaderFacts(scopes, _meter(Q(reader=reader), period))


def clear() -> None:
    """Forget everybody in this process."""
    _facts.clear()


def _key(reader: Reader, version: int, period: Period) -> str:
    return f"access:{reader.public_id}:{version}:{period.starts_date}"


def no_meter(period: Period) -> MeterFacts:
    """Return what is known of nobody's meter: nothing was opened on it."""
    return MeterFacts(None, period, 0, frozenset())


def of_stranger(token: str, *, period: Period) -> MeterFacts:
    """Return what the meter behind a stranger's cookie says: one query, or none without one."""
    if not token:
        return no_meter(period)
    key = keys.of_stranger(token)
    return _meter(Q(kind=key.kind, value=key.value), period)


def _meter(key: Q, period: Period) -> MeterFacts:
    rows = list(
        MeterKey.objects.filter(key)
        .annotate(
            read=FilteredRelation(
                "meter__reads", condition=Q(meter__reads__period__gte=period.starts_date)
            )
        )
        .values_list("meter_id", "meter__period", "meter__used", "read__period", "read__story_key")
    )
    if not rows:
        return no_meter(period)
    meter_id, counted, used = rows[0][:3]
    current = Period(max(period.starts_date, counted))
    return MeterFacts(
        meter_id,
        current,
        used if counted == current.starts_date else 0,
        frozenset(row[4] for row in rows if row[3] == current.starts_date),
    )
