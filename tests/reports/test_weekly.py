"""The publisher's letter: every Monday at 7, once."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.conf import LazySettings
from django.core import mail
from django.db import connection

from paywall import clock, tasks
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.insights.models import CountedStory
from paywall.letters.models import Letter
from paywall.letters.sending import send_due
from paywall.reports.weekly import write_weekly

MONDAY_AT_7 = datetime(2026, 11, 30, 12, tzinfo=UTC)  # in New York


@pytest.fixture(autouse=True)
def _publisher(settings: LazySettings) -> None:
    settings.TIME_ZONE, settings.PUBLISHER_ADDRESS = "America/New_York", "publisher@example.com"


@pytest.mark.django_db
def test_it_says_what_last_week_brought() -> None:
    CountedStory.objects.create(key="a", title="“A & B” <bold>: why", section="news", address="/a/")
    counting.add({
        (date(2026, 11, 23), What.OPENED, "", ""): 700,
        (date(2026, 11, 29), What.OPENED, "", ""): 500,
        (date(2026, 11, 30), What.OPENED, "", ""): 9_000,  # this week's
        (date(2026, 11, 22), What.OPENED, "", ""): 80,  # the week before
        (date(2026, 11, 24), What.READERS, "", ""): 70,
        (date(2026, 11, 24), What.OPENED, "", "a"): 600,
    })  # fmt: skip
    assert write_weekly(now=MONDAY_AT_7)
    assert send_due(lambda: MONDAY_AT_7) == 1
    letter = mail.outbox[0]
    text = str(letter.body)
    assert letter.to == ["publisher@example.com"]
    assert letter.subject == "What the paper earned, 23 November 2026 to 29 November 2026"
    assert "- Stories opened: 1,200 (80)\n" in text
    assert "- Readers a day: 10 (0)\n" in text
    assert "- “A & B” <bold>:\N{NO-BREAK SPACE}why: 0 paid, 0 signed up, 600 opened" in text
    assert "/admin/?days=week" in text
    assert "None" not in text
    html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    assert "“A &amp; B” &lt;bold&gt;:\N{NO-BREAK SPACE}why</dt>" in html
    assert "account/" not in text.split("--")[-1]


@pytest.mark.django_db
def test_it_comes_once_a_week_however_often_the_task_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = []
    for hours in range(-2, 24 * 8):
        monkeypatch.setattr(clock, "now", lambda at=MONDAY_AT_7 + timedelta(hours=hours): at)
        before = Letter.objects.count()
        tasks.write_weekly_letter()
        if Letter.objects.count() > before:
            written.append(hours)
    assert written == [0, 24 * 7]


@pytest.mark.django_db
def test_without_an_address_there_is_none(settings: LazySettings) -> None:
    settings.PUBLISHER_ADDRESS = ""
    assert not write_weekly(now=MONDAY_AT_7)
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_write_one() -> None:
    start = Barrier(2)

    def write() -> None:
        start.wait()
        try:
            write_weekly(now=MONDAY_AT_7)
        finally:
            connection.close()

    threads = [Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Letter.objects.count() == 1
