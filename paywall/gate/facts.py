"""What the gate knows of a reader, remembered until something about it changes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from accounts.models import Reader
from paywall.memory import Memory
from paywall.metering import keys
from paywall.periods import Period, month_of

REMEMBERED_FOR = 300  # seconds
MOST_READERS = 5000  # in this process

# Written out, and all at once: putting them together took ten times as long as the database takes,
# which answers as soon as Redis would. So Redis remembers nothing of this.
FACTS = """
    SELECT given.starts_at, given.ends_at, given.everything, section.slug,
        meter.id, meter.period, meter.used, opened.period, opened.story_key
    FROM accounts_reader AS reader
    LEFT JOIN paywall_entitlement AS given
        ON given.reader_id = reader.id AND (given.ends_at IS NULL OR given.ends_at > %s)
    LEFT JOIN paywall_entitlement_sections AS names ON names.entitlement_id = given.id
    LEFT JOIN paywall_section AS section ON section.id = names.section_id
    LEFT JOIN paywall_meterkey AS pointing ON pointing.reader_id = reader.id
    LEFT JOIN paywall_meter AS meter ON meter.id = pointing.meter_id
    LEFT JOIN paywall_meteredread AS opened
        ON opened.meter_id = meter.id AND opened.period >= %s
    WHERE reader.id = %s
    ORDER BY given.id, section.slug
"""
STRANGERS_METER = """
    SELECT meter.id, meter.period, meter.used, opened.period, opened.story_key
    FROM paywall_meterkey AS pointing
    JOIN paywall_meter AS meter ON meter.id = pointing.meter_id
    LEFT JOIN paywall_meteredread AS opened
        ON opened.meter_id = meter.id AND opened.period >= %s
    WHERE pointing.kind = %s AND pointing.value = %s
"""


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
    """Return the facts, from this process' memory if nothing changed since.

    The key holds the reader's access_version, raised in the transaction of every change: what
    is remembered can be lost, but not out of date. The reader's public id is never given again,
    as numbers are after a database was made anew.
    """
    key = _key(reader, reader.access_version, period)
    facts = _facts.get(key, seconds=REMEMBERED_FOR)
    if facts is None:
        asked_at = time.monotonic()
        facts = of_reader_now(reader, period=period, now=now)
        _facts.set(key, facts, asked_at=asked_at)
    return facts


def has_rights(reader: Reader, *, now: datetime) -> bool:
    """Tell whether anything that the reader has opens stories now, from memory if it is there."""
    known = of_reader(reader, period=month_of(now, ZoneInfo(settings.TIME_ZONE)), now=now)
    return any(scope.in_force(now) for scope in known.scopes)


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


def of_reader_now(reader: Reader, *, period: Period, now: datetime) -> ReaderFacts:
    """Return the facts as the database has them: one query."""
    until, month = connection.ops.adapt_datetimefield_value(now), period.starts_date
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [until, month, reader.pk])
        rows = cursor.fetchall()
    # Each right comes with each read: dictionaries keep one of each, in order.
    scopes = dict.fromkeys(row[:4] for row in rows if row[0] is not None)
    meter = dict.fromkeys(row[4:] for row in rows if row[4] is not None)
    return ReaderFacts(tuple(map(_scope, scopes)), _meter(list(meter), period))


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
    with connection.cursor() as cursor:
        cursor.execute(STRANGERS_METER, [period.starts_date, key.kind.value, key.value])
        return _meter(cursor.fetchall(), period)


def _scope(row: tuple[Any, ...]) -> Scope:
    starts_at, ends_at, everything, section = row
    return Scope(_aware(starts_at), _aware(ends_at) if ends_at else None, everything, section)


def _aware(moment: datetime) -> datetime:
    """SQLite keeps moments in UTC, without saying so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _meter(rows: Sequence[tuple[Any, ...]], period: Period) -> MeterFacts:
    """Return what the rows say: each has the meter, its period and count, and one read or none."""
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
