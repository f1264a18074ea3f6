"""What the meter's tests are about: stories, months, meters."""

from datetime import UTC, date, datetime

from django.db.models import Count, F, Q

from accounts.models import Reader
from paywall.catalog.story import Access, Story
from paywall.metering import joining, keys
from paywall.metering.models import Meter, MeteredRead
from paywall.metering.opening import Opening, open_story
from paywall.periods import Period

OCTOBER = Period(date(2026, 10, 1))
NOVEMBER = Period(date(2026, 11, 1))
DECEMBER = Period(date(2026, 12, 1))
NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)


def story(number: int) -> Story:
    """Return one of any number of metered stories."""
    return Story(
        f"story-{number}", Access.METERED, "news", f"Story {number}", f"/stories/{number}/"
    )


def join(*readers: Reader, period: Period = NOVEMBER) -> Meter:
    """Return the one meter of a reader, or of several from now on, with their mailboxes."""
    wanted = [
        key for reader in readers for key in (keys.of_reader(reader), keys.of_mailbox(reader.email))
    ]
    return Meter.objects.get(pk=joining.join(wanted, period=period))


def join_stranger(token: str, period: Period = NOVEMBER) -> Meter:
    """Return the meter behind a stranger's cookie."""
    return Meter.objects.get(pk=joining.join([keys.of_stranger(token)], period=period))


def open_one(
    meter: Meter, number: int, *, period: Period = NOVEMBER, allowance: int = 7
) -> Opening:
    """Open a story on a meter."""
    return open_story(meter.pk, story(number), period=period, allowance=allowance, now=NOW)[0]


def numbers_read(meter: Meter, period: Period = NOVEMBER) -> set[int]:
    """Return the numbers of the stories that count on a meter in a month."""
    names = MeteredRead.objects.filter(meter=meter, period=period.starts_date)
    return {int(name.split("-")[1]) for name in names.values_list("story_key", flat=True)}


def broken_counts() -> list[str]:
    """Return every meter whose count is not the number of its stories in its month."""
    of_its_month = Count("reads", filter=Q(reads__period=F("period")))
    meters = Meter.objects.annotate(stories=of_its_month).exclude(used=F("stories"))
    return [f"{meter}, but {meter.stories} stories" for meter in meters]
