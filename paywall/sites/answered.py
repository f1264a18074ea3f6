"""A request that comes again under its idempotency key: done once, and answered alike."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.models import Reader
from paywall.sites.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)

# Written out, since putting them together takes longer than the database takes to answer.
FIND = "SELECT asked, answer FROM paywall_keptanswer WHERE caller = %s AND key = %s"
KEEP = """
    INSERT INTO paywall_keptanswer (caller, key, asked, answer, reader_id, made_at)
    VALUES (%s, %s, %s, %s, %s, %s)
"""

Json = dict[str, Any]


class AnotherRequestError(Exception):
    """The key came before, with another request."""


def once(
    caller: str,
    key: str,
    asked: object,
    do: Callable[[], Json],
    *,
    reader: Reader | None,
    now: datetime,
) -> Json:
    """Return what `do` answers, or what it answered when this caller's key came first.

    What is done and its answer are committed together. Of two requests in one moment the later
    to write its answer down is undone, and answered like the other. Raises AnotherRequestError.
    """
    caller, asked_hash = _hash(caller), _hash(json.dumps(asked, sort_keys=True))
    kept = _find(caller, key)
    if kept is None:
        try:
            with transaction.atomic():
                answer = do()
                _keep(caller, key, asked_hash, json.dumps(answer), reader, now)
                return answer
        except IntegrityError:
            kept = _find(caller, key)
            if kept is None:
                raise
    asked_before, answer_before = kept
    if asked_before != asked_hash:
        raise AnotherRequestError(key)
    answered: Json = json.loads(answer_before)
    return answered


def forget_old(*, now: datetime) -> int:
    """Delete the answers that are kept no longer; return how many."""
    return KeptAnswer.objects.filter(made_at__lt=now - KEPT_FOR).delete()[0]


def _hash(text: str) -> str:
    """A caller may be named by a cookie, which the database never knows."""
    return hashlib.sha256(text.encode()).hexdigest()


def _find(caller: str, key: str) -> tuple[str, str] | None:
    """Return the hash of what was asked under this key, and the answer."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [caller, key])
        row: tuple[str, str] | None = cursor.fetchone()
        return row


def _keep(
    caller: str, key: str, asked: str, answer: str, reader: Reader | None, now: datetime
) -> None:
    made_at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        reader_id = reader.pk if reader else None
        cursor.execute(KEEP, [caller, key, asked, answer, reader_id, made_at])
