"""Where circulation files come from, and what is never told of it."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from paywall.circulation import importing, sources
from paywall.circulation.models import CirculationImport, PrintAccount
from paywall.circulation.states import ImportState
from tests.circulation.files import DAY, MONDAY, lines, text_of, write

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("/srv/files/circulation@night.csv", "/srv/files/circulation@night.csv"),
        (f"sftp://desk:{SECRET}@files.example/night.csv", "sftp://files.example/night.csv"),
        (f"sftp://desk:a/b@{SECRET}@files.example/n.csv", "sftp://files.example/n.csv"),
        (f"https://cdn.example/n.csv?token={SECRET}&x=1#{SECRET}", "https://cdn.example/n.csv"),
        ("s3://bucket/night.csv.gz", "s3://bucket/night.csv.gz"),
        (f"filecache::sftp://desk:{SECRET}@h/n.csv", "filecache::sftp://h/n.csv"),
    ],
)
def test_a_source_is_shown_without_what_opens_it(source: str, shown: str) -> None:
    assert sources.shown(source) == shown


class Telling(MemoryFileSystem):  # type: ignore[misc]  # fsspec comes without types
    """A file system whose errors tell what it was asked for, as real ones do."""

    protocol = "telling"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        raise ConnectionError(f"cannot reach {path}")


@pytest.fixture
def telling() -> Iterator[None]:
    fsspec.register_implementation("telling", Telling, clobber=True)
    yield
    fsspec.register_implementation("telling", MemoryFileSystem, clobber=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "source",
    [
        f"telling://desk:{SECRET}@files.example/night.csv",
        f"telling://files.example/night.csv?sig={SECRET}",
        f"sftp://desk:{SECRET}@files.example/night.csv",
        f"nonsense://desk:{SECRET}@files.example/night.csv",
    ],
)
@pytest.mark.usefixtures("telling")
def test_a_source_that_cannot_be_reached_is_refused_and_tells_no_secret(
    source: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = importing.take(source, profile="standard", now=MONDAY).file
    file.refresh_from_db()
    assert file.state == ImportState.REFUSED
    assert file.why
    assert SECRET not in f"{file.source}{file.why}{caplog.text}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "says"), [("/nowhere/x.csv", "does not exist"), ("/", "is a directory")]
)
def test_a_file_that_is_not_there_is_refused(source: str, says: str) -> None:
    assert says in importing.take(source, profile="standard", now=MONDAY).file.why


@pytest.mark.django_db
def test_a_source_without_a_date_is_of_the_moment_it_was_fetched_first() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/dateless.csv", text_of(lines(3)).encode())
    try:
        for day in (0, 1):
            answer = importing.take(
                "memory://dateless.csv", profile="standard", now=MONDAY + day * DAY
            )
            assert answer.file.state == ImportState.TAKEN
            assert answer.file.as_of == MONDAY
        memory.pipe("/dateless.csv", text_of(lines(4)).encode())
        later = importing.take("memory://dateless.csv", profile="standard", now=MONDAY + 2 * DAY)
        assert later.file.as_of == MONDAY + 2 * DAY
    finally:
        memory.rm("/dateless.csv")
    assert PrintAccount.objects.count() == 4


@pytest.mark.django_db
def test_a_date_in_the_future_is_taken_for_now(tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", lines(2), at=MONDAY + 300 * DAY)
    importing.take(str(path), profile="standard", now=MONDAY)
    assert CirculationImport.objects.get().as_of == MONDAY


@pytest.mark.parametrize(
    ("info", "moment"),
    [
        ({"mtime": MONDAY.timestamp()}, MONDAY),
        ({"mtime": MONDAY}, MONDAY),
        ({"LastModified": MONDAY.replace(tzinfo=None)}, MONDAY),
        ({"size": 3}, None),
        (
            {"mtime": None, "last_modified": MONDAY + DAY},
            MONDAY + DAY,
        ),
    ],
)
def test_each_file_system_tells_a_date_in_its_own_way(
    info: dict[str, Any], moment: datetime | None
) -> None:
    assert sources.made_at(info) == moment


@pytest.mark.django_db
def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", lines(2))
    file = importing.take(str(path), profile="nobody's", now=MONDAY).file
    assert file.why.startswith("There is no profile nobody's: there are fixed-240, standard")
