"""Letters as they wait in the outbox."""

from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Reader
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from tests.letters.rows import NOW
from tests.making import make_reader

_numbers = count(1)


def make_letter(
    kind: Kind = Kind.STARTED, *, reader: Reader | None = None, at: datetime = NOW, **fields: Any
) -> Letter:
    """Write a letter that is due."""
    number = next(_numbers)
    reader = reader or make_reader()
    return Letter.objects.create(
        key=f"{kind}:{number}",
        kind=kind.value,
        reader=reader,
        **{
            "address": reader.email,
            "subject": "A subject",
            "text": "A text.\n",
            "html": "<p>A text.</p>",
            "message_id": f"<{number}@gazette.example>",
            "written_at": at,
            "next_try_at": at,
            **fields,
        },
    )


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
