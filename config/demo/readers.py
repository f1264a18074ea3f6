"""Readers who show every state, all with one password."""

from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import Reader
from articles.models import Article
from config.groups import GROUPS
from paywall.catalog.story import Access
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.metering import joining, keys
from paywall.metering.models import MeteredRead
from paywall.metering.opening import open_story
from paywall.metering.rules import rules_in_force
from paywall.periods import month_of

PASSWORD = "read-all-about-it"  # noqa: S105  # the demonstration's, and printed by it

READERS = {
    "free@example.com": "a free account with 5 of its 7 stories opened",
    "spent@example.com": "a free account with all 7 opened",
    "subscriber@example.com": "reads everything, pays for it",
    "unpaid@example.com": "reads everything, though the last payment failed",
    "leaving@example.com": "has cancelled, and reads on until the month is over",
    "print@example.com": "reads everything with the printed paper",
    "unverified@example.com": "has signed up and not typed the emailed code",
    "staff@example.com": "enters the admin at /admin/",
}
STAFF = {f"{group}@example.com": group for group in GROUPS}  # one of each group
OPENED = {"free@example.com": 5, "spent@example.com": 7}
PAYING = ("subscriber@example.com", "unpaid@example.com", "leaving@example.com")
ENTITLED = dict.fromkeys(PAYING, Source.SUBSCRIPTION) | {"print@example.com": Source.PRINT}


def make_readers(*, now: datetime) -> None:
    """Make the readers that are missing, and bring each into the state it shows.

    Who pays has what they paid for, where there is a sandbox to pay at (see subscribers.py).
    """
    for email in READERS:
        reader, source = account_of(email), ENTITLED.get(email)
        if email in PAYING and settings.STRIPE_API_BASE:
            continue
        if source and not Entitlement.objects.in_force(now).filter(reader=reader).exists():
            granting.give(reader, source, starts_at=now)
        _open_stories(reader, OPENED.get(email, 0), now=now)
    make_staff()


def make_staff() -> None:
    """Make one colleague for each group of staff."""
    for email, name in STAFF.items():
        colleague = account_of(email)
        if not colleague.is_staff:
            colleague.is_staff = True
            colleague.save(update_fields=["is_staff"])
            colleague.groups.add(Group.objects.get(name=name))


def account_of(email: str) -> Reader:
    """Return one of the readers, made where there is none yet."""
    reader: Reader | None = Reader.objects.filter(email=email).first()
    if reader is None:
        is_staff = email.startswith("staff@")
        reader = Reader.objects.create_user(
            email, PASSWORD, is_staff=is_staff, is_superuser=is_staff
        )
        verified = not email.startswith("unverified@")
        EmailAddress.objects.create(user=reader, email=email, primary=True, verified=verified)
    return reader


def _open_stories(reader: Reader, count: int, *, now: datetime) -> None:
    """Open the newest metered stories until the reader has opened that many this month."""
    period = month_of(now, ZoneInfo(settings.TIME_ZONE))
    meter_id = joining.join([keys.of_reader(reader), keys.of_mailbox(reader.email)], period=period)
    reads = MeteredRead.objects.filter(meter=meter_id, period=period.starts_date)
    articles = Article.objects.published(now).for_lists().iterator(chunk_size=50)
    rules = rules_in_force()
    while reads.count() < count and (article := next(articles, None)):
        story = article.as_story(now)
        if story.access is Access.METERED:
            allowance = rules.allowance(story.section, signed_in=True)
            open_story(meter_id, story, period=period, allowance=allowance, now=now)
