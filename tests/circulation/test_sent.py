"""Files that staff send are kept in pieces until a task has read them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from config.celery import app
from paywall import tasks
from paywall.circulation import importing, reading_sent, sent
from paywall.circulation.errors import RefusedError
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    RejectedRow,
    SentPiece,
    StagedRow,
)
from paywall.circulation.states import ImportState
from tests.circulation.files import MONDAY, a_line, lines, text_of

pytestmark = pytest.mark.django_db

FILE = text_of([*lines(60), a_line(5, status="?")]).encode()


def keep(file: bytes = FILE, *, piece: int = 1000) -> CirculationImport:
    pieces = (file[start : start + piece] for start in range(0, len(file), piece))
    return sent.keep(pieces, name="tonight.csv", profile="standard", now=MONDAY)


def test_it_is_read_later_from_its_pieces_and_waits_for_a_yes() -> None:
    file = keep()
    assert (file.state, SentPiece.objects.count()) == (ImportState.WAITING, len(FILE) // 1000 + 1)
    assert reading_sent.read_all(now=MONDAY) == 1
    file.refresh_from_db()
    assert (file.state, file.rows, file.new, file.rejected) == (ImportState.HELD, 61, 60, 1)
    assert not SentPiece.objects.exists(), "what was sent is kept no longer than that"
    assert not PrintAccount.objects.exists()
    assert reading_sent.read_all(now=MONDAY) == 0


def test_what_is_too_large_is_refused_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent, "LARGEST", 3000)
    with pytest.raises(RefusedError, match="larger"):
        keep()
    assert not CirculationImport.objects.exists()
    assert not SentPiece.objects.exists()


def test_one_whose_reading_breaks_off_is_read_again_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: Any, **__: Any) -> list[str]:
        raise MemoryError

    file = keep()
    monkeypatch.setattr(importing, "judge", breaks)
    states = []
    for _ in range(sent.MOST_READINGS):
        with pytest.raises(MemoryError):
            reading_sent.read_all(now=MONDAY)
        file.refresh_from_db()
        states.append(file.state)
        assert not StagedRow.objects.exists()
    assert states == [ImportState.WAITING, ImportState.WAITING, ImportState.REFUSED]
    assert not SentPiece.objects.exists()


def test_one_whose_reader_was_killed_is_read_again_with_each_rejected_row_once() -> None:
    file = keep()
    CirculationImport.objects.update(state=ImportState.STAGING, readings=1)
    RejectedRow.objects.create(file=file, line=62, reason="read before the kill")
    tasks.go_on_with_circulation()
    tasks.read_sent_circulation_files()
    file.refresh_from_db()
    assert (file.state, file.readings) == (ImportState.HELD, 2)
    assert RejectedRow.objects.count() == 1


def test_what_never_arrived_whole_is_given_up() -> None:
    def cut_off() -> Iterator[bytes]:
        yield FILE[:1000]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sent.keep(cut_off(), name="tonight.csv", profile="standard", now=MONDAY)
    assert not CirculationImport.objects.exists()
    file = keep()
    CirculationImport.objects.update(state=ImportState.ARRIVING)  # a kill tidies nothing up
    reading_sent.read_all(now=MONDAY + timedelta(minutes=59))
    assert SentPiece.objects.exists()
    reading_sent.read_all(now=MONDAY + timedelta(minutes=61))
    file.refresh_from_db()
    assert (file.state, file.why) == (ImportState.REFUSED, "Sending it broke off.")
    assert not SentPiece.objects.exists()


def test_it_is_of_the_moment_it_was_sent() -> None:
    keep()
    reading_sent.read_all(now=MONDAY + timedelta(hours=2))
    assert CirculationImport.objects.get().as_of == MONDAY


def test_the_schedule_finds_what_no_task_was_sent_for() -> None:
    task = app.conf.beat_schedule["read-sent-circulation-files"]["task"]
    assert task == tasks.read_sent_circulation_files.name
