"""The command as an operator sees it: what it prints, how it ends, what it needs."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection, connections

from articles.importing.decoding import PIECE
from articles.importing.elements import elements
from articles.importing.reading import open_source
from articles.management.commands import import_stories
from tests.articles.importing.making import item, post, rss, wxr


@pytest.mark.django_db
def test_progress_is_told_on_long_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stories, "EVERY_ITEMS", 2)
    path = tmp_path / "feed.xml"
    path.write_text(rss(*[item() for _ in range(5)]))
    progress = StringIO()
    call_command("import_stories", str(path), stdout=StringIO(), stderr=progress)
    assert progress.getvalue().splitlines() == [
        "2 items looked through",
        "4 items looked through",
        "2 items read",
        "4 items read",
    ]


@pytest.mark.django_db
def test_no_query_is_remembered_with_debug_on(tmp_path: Path, settings: LazySettings) -> None:
    settings.DEBUG = True
    path = tmp_path / "feed.xml"
    path.write_text(rss(*[item() for _ in range(5)]))
    call_command("import_stories", str(path), stdout=StringIO())
    assert len(connection.queries) == 0


def test_no_more_of_a_source_is_in_memory_than_was_read_last(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    one = post(text=f"<p>{'x' * 6_000}</p>")
    path.write_text(wxr(*[one for _ in range(1_000)]))
    with open_source(str(path)) as source:
        held = [len(root[0]) for root, _ in elements(source)]
    assert len(held) > 1_000
    assert max(held) <= 2 * PIECE / 6_000


@pytest.mark.parametrize(
    ("content", "code", "printed", "complained"),
    [
        (rss(item("Good"), item("Bad", text="")), 0, "Rejected: item 2, 'Bad': has no text", ""),
        (rss(item())[:-40], 1, "", "CommandError: {path} ends in the middle of something"),
    ],
    ids=["read, with a rejection", "refused"],
)
@pytest.mark.django_db
def test_how_it_ends(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
    code: int,
    printed: str,
    complained: str,
) -> None:
    """As from the command line, which a process does last."""
    monkeypatch.setattr(connections, "close_all", lambda: None)
    path = tmp_path / "feed.xml"
    path.write_text(content)
    ended = 0
    try:
        import_stories.Command().run_from_argv(["manage.py", "import_stories", str(path)])
    except SystemExit as error:
        ended = int(error.code or 0)
    said = capsys.readouterr()
    assert ended == code
    assert printed in said.out
    assert complained.format(path=path) in said.err
