"""Keys of sites' servers: made and shown once, found again by a hash, replaced with overlap."""

import hashlib
import secrets
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from paywall.memory import Memory
from paywall.sites.models import ApiKey, ApiSite, Scope

MARK = "pwk"  # so that a key is known for one wherever it turns up
REMEMBERED_FOR = 0.8  # seconds; a key that ends, or loses a scope, is refused within one
SEEN_EVERY = timedelta(minutes=1)
OVERLAP = timedelta(days=7)  # that an old key and its successor are both good

_keys: Memory[str, ApiKey] = Memory(most=1000)


def issue(
    site: ApiSite,
    name: str,
    scopes: Iterable[Scope],
    *,
    now: datetime,
    per_minute: int = 6000,
    ends_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return its row and the key itself, which nobody can be shown again.

    It is random enough to be kept under a plain hash: there is nothing to guess it from.
    """
    start, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    shown = f"{MARK}_{start}_{secret}"
    key = ApiKey.objects.create(
        site=site,
        name=name,
        start=start,
        secret_hash=_hash(shown),
        scopes=[scope.value for scope in scopes],
        per_minute=per_minute,
        made_at=now,
        ends_at=ends_at,
    )
    return key, shown


def replace(old: ApiKey, *, now: datetime) -> tuple[ApiKey, str]:
    """Issue a successor with the same scopes; the old key is good for OVERLAP, or until its end."""
    with transaction.atomic():
        until = now + OVERLAP
        ending = Q(ends_at=None) | Q(ends_at__gt=until)
        ApiKey.objects.filter(ending, pk=old.pk).update(ends_at=until)
        scopes = [Scope(scope) for scope in old.scopes]
        return issue(old.site, old.name, scopes, now=now, per_minute=old.per_minute)


def find(shown: str, *, now: datetime) -> ApiKey | None:
    """Return the key that a server shows, with its site, or None for what is not good."""
    hashed = _hash(shown)
    key = _keys.get(hashed, seconds=REMEMBERED_FOR)
    if key is None:
        asked_at = time.monotonic()
        mark, _, rest = shown.partition("_")
        start = rest.partition("_")[0]
        rows = ApiKey.objects.select_related("site").in_force(now)
        key = rows.filter(start=start).first() if mark == MARK and start.isalnum() else None
        if key is None or not constant_time_compare(key.secret_hash, hashed):
            return None
        _keys.set(hashed, key, asked_at=asked_at)
    return key if key.ends_at is None or now < key.ends_at else None


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Write down that a key was used, once a minute at most."""
    seen_before = now - SEEN_EVERY
    if key.last_used_at is not None and key.last_used_at > seen_before:
        return
    unseen = Q(last_used_at=None) | Q(last_used_at__lte=seen_before)
    ApiKey.objects.filter(unseen, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now


def forget(**_signal: Any) -> None:
    """Ask the database again at the next request; called when a key or site changes here."""
    _keys.clear()


def _hash(shown: str) -> str:
    return hashlib.sha256(shown.encode(errors="surrogatepass")).hexdigest()
