"""The circulation desk hears of a file only when something is wrong with it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission

from paywall.circulation import nightly, reading_sent, sent
from paywall.letters import circulation_alerts
from paywall.letters.models import Letter
from tests.circulation.files import DAY, MONDAY, lines, take, text_of, write
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def source(tmp_path: Path, settings: LazySettings) -> Path:
    settings.CIRCULATION_SOURCE = str(tmp_path / "circulation.csv")
    desk = make_reader("desk@example.com", is_staff=True)
    desk.user_permissions.add(Permission.objects.get(codename="change_circulationimport"))
    make_reader("editor@example.com", is_staff=True)
    make_reader("gone@example.com", is_staff=True, is_superuser=True, is_active=False)
    return tmp_path / "circulation.csv"


def letters(days: float) -> list[tuple[str, str]]:
    """Return to whom is written what on a day."""
    before = set(Letter.objects.values_list("pk", flat=True))
    now = MONDAY + timedelta(days=days)
    assert circulation_alerts.write_due(now=now) == Letter.objects.exclude(pk__in=before).count()
    assert circulation_alerts.write_due(now=now) == 0, "once for each fact"
    new = Letter.objects.exclude(pk__in=before).order_by("pk")
    return list(new.values_list("address", "subject"))


def test_while_files_are_good_nobody_hears_of_them(source: Path) -> None:
    write(source, lines(30), at=MONDAY)
    nightly.take_tonights(now=MONDAY)
    assert letters(0) == []


def test_a_held_file_asks_those_who_may_decide(source: Path) -> None:
    take(source.parent, lines(30))
    take(source.parent, lines(3), at=MONDAY + DAY)
    asked = ("desk@example.com", "A circulation file waits for your decision")
    assert letters(1) == [asked]
    text = Letter.objects.get().text
    assert "It has 3 rows; the last had 30." in text
    assert "/admin/paywall/circulationimport/" in text


def test_a_missing_file_is_told_each_night_and_a_late_one_once(source: Path) -> None:
    take(source.parent, lines(30))
    source.unlink()
    nightly.take_tonights(now=MONDAY + DAY)
    refused = ("desk@example.com", "A circulation file could not be taken in")
    late = ("desk@example.com", "No new circulation file has come")
    assert letters(1) == [refused]
    assert letters(1.6) == [late]
    nightly.take_tonights(now=MONDAY + 2 * DAY)
    assert letters(2) == [refused]
    assert letters(9.5) == [], "what is a week old is no news"


def test_of_a_file_that_is_sent_by_hand_the_page_tells(source: Path) -> None:
    for file in (text_of(lines(3)), "<html>"):
        sent.keep([file.encode()], name="a.csv", profile="standard", now=MONDAY)
    take(source.parent, lines(1))
    reading_sent.read_all(now=MONDAY)
    assert letters(0.1) == []
