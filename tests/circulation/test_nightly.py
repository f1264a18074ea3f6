"""The file that is fetched every night."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Retry
from django.conf import LazySettings

from config.celery import app
from paywall import tasks
from paywall.circulation import importing, locking, nightly
from paywall.circulation.models import CirculationImport, PrintAccount, RejectedRow
from paywall.circulation.states import ImportState
from tests.circulation.files import DAY, MONDAY, a_line, activate, is_open, lines, take, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path, settings: LazySettings) -> Path:
    settings.CIRCULATION_SOURCE = str(tmp_path / "circulation.csv")
    return tmp_path / "circulation.csv"


def test_tonights_file_is_taken(source: Path) -> None:
    write(source, lines(3))
    tasks.take_circulation_file()
    assert PrintAccount.objects.count() == 3


def test_without_a_source_nothing_is_asked(settings: LazySettings) -> None:
    settings.CIRCULATION_SOURCE = ""
    assert nightly.take_tonights(now=MONDAY) is None
    assert nightly.lateness(now=MONDAY) == ""
    assert not CirculationImport.objects.exists()


def test_a_missing_file_is_seen_by_staff_and_ends_nobody(
    source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    take(source.parent, lines(3))
    activation = activate(1000)
    source.unlink()
    with caplog.at_level(logging.WARNING):
        for day in range(1, 60):
            nightly.take_tonights(now=MONDAY + day * DAY)
    assert "none has come since" in caplog.text
    assert is_open(activation, MONDAY + 60 * DAY)
    newest = CirculationImport.objects.first()
    assert newest is not None
    assert newest.state == ImportState.REFUSED
    assert "does not exist" in newest.why


def test_a_file_is_late_after_a_day_and_a_half(source: Path) -> None:
    assert "No circulation file" in nightly.lateness(now=MONDAY)
    take(source.parent, lines(3))
    assert nightly.lateness(now=MONDAY + timedelta(hours=36)) == ""
    assert "2 March 2026" in nightly.lateness(now=MONDAY + timedelta(hours=37))


def test_while_another_is_taken_in_it_comes_back_in_ten_minutes(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise locking.BusyError("Another circulation file is being taken in.")

    asked: list[int] = []
    monkeypatch.setattr(importing, "take", busy)

    def retry(exc: Exception, countdown: int) -> Retry:
        asked.append(countdown)
        return Retry(exc=exc)

    monkeypatch.setattr(tasks.take_circulation_file, "retry", retry)
    with pytest.raises(Retry):
        tasks.take_circulation_file()
    assert asked == [600]
    tasks.take_circulation_file.apply().get()  # in process it would come back at once
    assert asked == [600]


def test_old_rejects_and_refusals_are_forgotten(source: Path) -> None:
    take(source.parent, [*lines(100), a_line(5, status="?")])
    take(source.parent, "<html>", at=MONDAY + DAY)
    nightly.forget_old(now=MONDAY + 89 * DAY)
    assert (RejectedRow.objects.count(), CirculationImport.objects.count()) == (1, 2)
    nightly.forget_old(now=MONDAY + 92 * DAY)
    assert (RejectedRow.objects.count(), CirculationImport.objects.count()) == (0, 1)


def test_the_schedule_names_tasks_that_are_there() -> None:
    for name in ("take-circulation-file", "go-on-with-circulation"):
        task = app.conf.beat_schedule[name]["task"].rpartition(".")[2]
        assert callable(getattr(tasks, task))
