"""Keeping guessers slow: wrong tries are counted in the database, by hashes."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings

from accounts.models import Reader
from paywall.circulation.claims import WrongTries
from paywall.circulation.matching import Typed, what_was_tried
from paywall.circulation.patience import LONGEST, Tried, after_wrong, may_try_at

FORGOTTEN_AFTER = 3 * LONGEST


@dataclass(frozen=True, slots=True)
class Counted:
    """What a try is counted by: a keyed hash, and how many wrong ones an hour are let pass."""

    key: str
    most: int


def counted_by(reader: Reader, typed: Typed, network: str) -> list[Counted]:
    """Return what this try is counted by, in the order of the keys: the order of the locks.

    The number (or the name and postal code) counts whether or not it is anybody's.
    """
    an_hour = settings.PRINT_TRIES_AN_HOUR
    counted = [
        Counted(_hash(what_was_tried(typed)), an_hour),
        Counted(_of_reader(reader), an_hour),
    ]
    if place := place_of(network):
        counted.append(Counted(_hash(f"network {place}"), settings.PRINT_NETWORK_TRIES_AN_HOUR))
    return sorted(counted, key=lambda each: each.key)


def place_of(network: str) -> str:
    """Return what is counted of an address: of IPv6 the network, since each home has one."""
    try:
        address = ip_address(network)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return address.exploded[:19]  # a /64


def lock(counted: Sequence[Counted], *, now: datetime) -> dict[str, WrongTries]:
    """Return the rows, locked until the transaction is over; whoever tries the same waits."""
    keys = [each.key for each in counted]
    rows: dict[str, WrongTries] = {}
    while len(rows) < len(counted):  # again where an old one was being forgotten
        WrongTries.objects.bulk_create(
            [WrongTries(key=key, since=now) for key in keys], ignore_conflicts=True
        )
        locked = WrongTries.objects.select_for_update().filter(key__in=keys).order_by("key")
        rows = {row.key: row for row in locked}
    return rows


def too_often(
    counted: Sequence[Counted], rows: dict[str, WrongTries], *, now: datetime
) -> datetime | None:
    """Return when the next try may be made; None: now."""
    waits = [may_try_at(_tried(rows[each.key]), most=each.most, now=now) for each in counted]
    return max((wait for wait in waits if wait), default=None)


def count_wrong(counted: Sequence[Counted], rows: dict[str, WrongTries], *, now: datetime) -> None:
    """Count one more wrong try; the rows are locked."""
    for each in counted:
        row = rows[each.key]
        after = after_wrong(_tried(row), most=each.most, now=now)
        row.tries, row.rounds, row.since = after.tries, after.rounds, after.since
    WrongTries.objects.bulk_update(rows.values(), ["tries", "rounds", "since"])


def tries_of(reader: Reader) -> Sequence[Mapping[str, Any]]:
    """Return how often the reader was wrong lately, and since when."""
    mine = WrongTries.objects.filter(key=_of_reader(reader), tries__gt=0)
    return list(mine.values("tries", "since"))


def forget_tries_of(reader: Reader) -> None:
    """Forget how often the reader was wrong."""
    WrongTries.objects.filter(key=_of_reader(reader)).delete()


def forget_old(*, now: datetime) -> int:
    """Delete counts that no longer matter; return how many."""
    before = now - FORGOTTEN_AFTER - timedelta(hours=1)
    return WrongTries.objects.filter(since__lt=before).delete()[0]


def _tried(row: WrongTries) -> Tried:
    return Tried(row.tries, row.rounds, row.since)


def _of_reader(reader: Reader) -> str:
    return _hash(f"reader {reader.public_id.hex}")


def _hash(what: str) -> str:
    key = f"print tries {settings.MAILBOX_KEY}".encode()
    return hmac.new(key, what.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
