"""What the newspaper needs to be measured: stories, readers and their sessions.

Run as a module, with the environment of a scratch database and BENCH_FOLDER, BENCH_READERS and
BENCH_FIRST_READERS, it makes them all and writes one list of requests for each measured page.
BENCH_OTHER_READERS and BENCH_OTHER_STORIES are how many seed_scale makes besides.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

import django
import environ

django.setup()

from django.conf import settings  # noqa: E402  # all the rest comes after the settings
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from accounts.models import Reader  # noqa: E402
from articles.models import Article  # noqa: E402
from paywall import clock  # noqa: E402
from paywall.entitlements import granting  # noqa: E402
from paywall.entitlements.models import Source  # noqa: E402
from paywall.metering import keys  # noqa: E402
from paywall.metering.models import Meter, MeterKey  # noqa: E402
from paywall.metering.opening import open_story  # noqa: E402
from paywall.periods import month_of  # noqa: E402
from tests.bench.api import api_lists  # noqa: E402
from tests.bench.load import Request, write_list  # noqa: E402
from tests.bench.preparing import analyze, signed_in  # noqa: E402
from tests.making import make_article, make_section  # noqa: E402

ALLOWANCE = 7
NOT_MEASURED = ["drf_spectacular_sidecar", "rest_framework"]  # large, and shown on no page here
AT_A_TIME = 50  # readers who open their stories, more than there are connections
SECTIONS = ("news", "town-hall", "business", "sport", "culture")
TEXT = "".join(
    f"<p>Paragraph {number} of a story of the usual length. {'It has some more to say. ' * 14}</p>"
    for number in range(16)
)


def prepare(
    folder: Path, *, readers: int, first_readers: int, others: tuple[int, int] | None
) -> None:
    """Fill the empty database; `first_readers` are those who open all seven stories."""
    call_command("migrate", verbosity=0)
    if others:
        call_command("seed_scale", readers=others[0], stories=others[1], verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_MEASURED)
    stories = [_story(number) for number in range(ALLOWANCE)]
    with transaction.atomic():
        lists = {
            "preview": [Request(story.get_absolute_url()) for story in stories],
            "free": _returning(readers, stories),
            "subscriber": _subscribers(readers, stories),
            "first": _first_views(first_readers, stories),
            **api_lists(
                stories,
                _readers,
                opened=lambda meter: _open_five(meter, stories),
                readers=readers,
                first_readers=first_readers,
            ),
        }
    analyze()
    for name, requests in lists.items():
        write_list(folder / f"{name}.tsv", requests)


def _story(number: int) -> Article:
    return make_article(
        f"what-the-council-said-{number}",
        text=TEXT,
        section=make_section(SECTIONS[number % len(SECTIONS)]),
        headline=f"What the council said about the harbour, part {number}",
        standfirst="One sentence that says what the story is about, at the usual length.",
        byline="A Reporter",
    )


def _returning(count: int, stories: list[Article]) -> list[Request]:
    """Return free readers' requests for stories that each has opened this month."""
    cookies = []
    for reader, meter in _readers("free", count):
        _open_five(meter, stories)
        cookies.append(signed_in(reader))
    opened = [story.get_absolute_url() for story in stories[:5]]
    return [Request(address, cookie) for address in opened for cookie in cookies]


def _open_five(meter: Meter, stories: list[Article]) -> None:
    now = clock.now()
    period = month_of(now, ZoneInfo(settings.TIME_ZONE))
    for story in stories[:5]:
        told = story.as_story(now)
        open_story(meter.pk, told, period=period, allowance=ALLOWANCE, now=now)


def _subscribers(count: int, stories: list[Article]) -> list[Request]:
    """Return subscribers' requests."""
    cookies = []
    for reader, _ in _readers("subscriber", count):
        granting.give(reader, Source.COURTESY, starts_at=clock.now())
        cookies.append(signed_in(reader))
    return [Request(story.get_absolute_url(), cookie) for story in stories for cookie in cookies]


def _first_views(count: int, stories: list[Article]) -> list[Request]:
    """Return requests of which each opens one more of its reader's allowance.

    Some readers at a time go through all the stories, so that every part of the list has as
    many first stories of a month as seventh ones.
    """
    cookies = [signed_in(reader) for reader, _ in _readers("first", count)]
    groups = [cookies[start : start + AT_A_TIME] for start in range(0, count, AT_A_TIME)]
    return [
        Request(story.get_absolute_url(), cookie)
        for group in groups
        for story in stories
        for cookie in group
    ]


def _readers(name: str, count: int) -> list[tuple[Reader, Meter]]:
    """Make readers with their meters, as signing in does, but all at once."""
    today = month_of(clock.now(), ZoneInfo(settings.TIME_ZONE)).starts_date
    readers = Reader.objects.bulk_create(
        Reader(email=f"{name}{number:06}@example.com", password="!") for number in range(count)
    )
    meters = Meter.objects.bulk_create(Meter(period=today) for _ in readers)
    MeterKey.objects.bulk_create(
        MeterKey(kind=key.kind, value=key.value, reader_id=key.reader_id, meter=meter)
        for reader, meter in zip(readers, meters, strict=True)
        for key in (keys.of_reader(reader), keys.of_mailbox(reader.email))
    )
    return list(zip(readers, meters, strict=True))


if __name__ == "__main__":
    env = environ.Env()
    others = env.int("BENCH_OTHER_READERS", 0)
    prepare(
        Path(env.str("BENCH_FOLDER")),
        readers=env.int("BENCH_READERS"),
        first_readers=env.int("BENCH_FIRST_READERS"),
        others=(others, env.int("BENCH_OTHER_STORIES")) if others else None,
    )
