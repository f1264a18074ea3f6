"""A request that comes again under its idempotency key: done once, and answered alike."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Reader
from paywall.sites.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)

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
                KeptAnswer.objects.create(
                    caller=caller,
                    key=key,
                    asked=asked_hash,
                    answer=json.dumps(answer),
                    reader=reader,
                    made_at=now,
                )
                return answer
        except IntegrityError:
            kept = _find(caller, key)
            if kept is None:
                raise
    if kept.asked != asked_hash:
        raise AnotherRequestError(key)
    answered: Json = json.loads(kept.answer)
    return answered


def forget_old(*, now: datetime) -> int:
    """Delete the answers that are kept no longer; return how many."""
    return KeptAnswer.objects.filter(made_at__lt=now - KEPT_FOR).delete()[0]


def _hash(text: str) -> str:
    """A caller may be named by a cookie, which the database never knows."""
    return hashlib.sha256(text.encode()).hexdigest()


def _find(caller: str, key: str) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(caller=caller, key=key).first()
