"""Readers with their meters, and what they read this month and before."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.mailbox import mailbox_hash
from accounts.models import Reader
from config.scale.ground import Ground, address, headline, mixed, slug
from config.scale.pouring import next_id, pour
from paywall.insights.happenings import What, reached
from paywall.insights.models import Seen
from paywall.metering.models import Meter, MeteredRead, MeterKey, RefusedVisit

READS = 7  # of each reader, over four months
JOINED_OVER = 3 * 365  # days
ACTIVE = 7  # of ten came this month
PUBLIC = UUID("5ca1e000-0000-4000-8000-000000000000").int


def make_readers(ground: Ground) -> None:
    """Make the readers, and addresses that are theirs."""
    first, step = ground.first_reader, JOINED_OVER / ground.readers
    numbers = range(ground.readers)
    pour(
        Reader,
        ("id", "email", "password", "public_id", "joined_at", "is_active"),
        (
            (first + n, address(n), "!", public_id(n),
             ground.ago(days=JOINED_OVER - n * step), n % 5000 != 4999)
            for n in numbers
        ),
    )  # fmt: skip
    pour(
        EmailAddress,
        ("user", "email", "verified", "primary"),
        ((first + n, address(n), n % 50 != 49, True) for n in numbers),
    )


def make_meters(ground: Ground) -> None:
    """Give each reader a meter with two keys, and what they read on it."""
    meter, numbers = next_id(Meter), range(ground.readers)
    pour(
        Meter,
        ("id", "period", "used"),
        ((meter + n, ground.months[_month(n)].starts_date, _used(n, ground)) for n in numbers),
    )
    pour(MeterKey, ("kind", "value", "meter", "reader"), _keys(ground, meter))
    pour(
        MeteredRead,
        ("meter", "period", "story_key", "opened_at", "title", "address"),
        _reads(ground, meter),
    )
    pour(Seen, ("reader", "what", "day"), _seen(ground))
    pour(
        RefusedVisit,
        ("reader", "date", "story_key", "refused_at", "outcome", "title", "address"),
        _refused(ground),
    )


def public_id(number: int) -> UUID:
    return UUID(int=PUBLIC + number)


def _month(number: int) -> int:
    """Return how many months back a reader came last."""
    return 0 if number % 10 < ACTIVE else 1


def _used(number: int, ground: Ground) -> int:
    return min(number % (READS + 1), ground.stories)


def _keys(ground: Ground, meter: int) -> Iterator[tuple[Any, ...]]:
    key = settings.MAILBOX_KEY
    for n in range(ground.readers):
        yield "reader", public_id(n).hex, meter + n, ground.first_reader + n
        yield "mailbox", mailbox_hash(address(n), key=key), meter + n, None


def _reads(ground: Ground, meter: int) -> Iterator[tuple[Any, ...]]:
    """Yield what each read: the newest stories most."""
    newest = max(ground.stories // 10, min(ground.stories, READS))
    for n in range(ground.readers):
        last, used = _month(n), _used(n, ground)
        begins = mixed(n) % newest
        for at in range(min(READS, ground.stories)):
            back = last if at < used else last + 1 + at % 2
            story = (begins + at) % newest
            yield (
                meter + n,
                ground.months[back].starts_date,
                ground.key(story),
                ground.in_month(back, n * READS + at),
                headline(story),
                f"/stories/{slug(story)}/",
            )


def _seen(ground: Ground) -> Iterator[tuple[Any, ...]]:
    for n in range(ground.readers):
        if _month(n) == 0 and _used(n, ground):
            reader, month = ground.first_reader + n, ground.months[0].starts_date
            yield reader, What.READERS.value, ground.in_month(0, n * READS).date()
            yield reader, What.NEW_IN_MONTH.value, month
            yield reader, reached(_used(n, ground)), month


def _refused(ground: Ground) -> Iterator[tuple[Any, ...]]:
    """Yield the eighth story of whoever had opened seven."""
    for n in range(READS, ground.readers, READS + 1):
        story = mixed(n) % max(ground.stories, 1)
        at = ground.in_month(0, n)
        yield (
            ground.first_reader + n, at.date(), ground.key(story), at, "meter_spent",
            headline(story), f"/stories/{slug(story)}/",
        )  # fmt: skip
