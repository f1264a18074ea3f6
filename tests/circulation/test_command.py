"""What the command prints, and what it ends with."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from paywall.circulation import locking
from paywall.circulation.models import PrintAccount
from tests.circulation.files import DAY, a_line, lines, write

pytestmark = pytest.mark.django_db


def run(*args: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines that were printed."""
    out = StringIO()
    try:
        call_command("import_circulation", *args, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def a_file(tmp_path: Path, rows: list[dict[str, str]], days_ago: int) -> str:
    return str(write(tmp_path / "file.csv", rows, at=timezone.now() - days_ago * DAY))


def test_taken_is_0(tmp_path: Path) -> None:
    code, said = run(a_file(tmp_path, [*lines(99), a_line(1, status="?")], 3))
    assert code == 0
    assert said == [
        "Rejected: line 101: the status “?” is none of active, hold, stopped, nonpay",
        "taken: 100 rows, 99 new, 0 changed, 0 unchanged, 1 rejected, 0 absent",
    ]
    code, said = run(a_file(tmp_path, [*lines(99), a_line(1, status="?")], 3))
    assert code == 0
    assert said[0].startswith("Seen before")
    assert said[-1] == "taken: 100 rows, 0 new, 0 changed, 99 unchanged, 1 rejected, 0 absent"


def test_refused_is_1(tmp_path: Path) -> None:
    run(a_file(tmp_path, lines(5), 1))
    code, said = run(a_file(tmp_path, lines(6), 2))
    assert code == 1
    assert "older than the last file taken" in said[0]
    assert said[-1] == "refused: 6 rows, 0 new, 0 changed, 0 unchanged, 0 rejected, 0 absent"
    assert run(str(tmp_path / "nothing.csv"))[0] == 1


def test_held_is_2(tmp_path: Path) -> None:
    run(a_file(tmp_path, lines(10), 2))
    code, said = run(a_file(tmp_path, lines(5), 1))
    assert code == 2
    assert said == [
        "It has 5 rows; the last had 10.",
        "held: 5 rows, 0 new, 0 changed, 5 unchanged, 0 rejected, 5 absent",
    ]


def test_a_dry_run_ends_as_it_would_and_changes_nothing(tmp_path: Path) -> None:
    code, said = run(a_file(tmp_path, lines(5), 1), "--dry-run")
    assert code == 0
    assert said[-2:] == [
        "A dry run: nothing was changed.",
        "taken: 5 rows, 5 new, 0 changed, 0 unchanged, 0 rejected, 0 absent",
    ]
    assert not PrintAccount.objects.exists()


def test_an_unknown_profile_is_refused_by_its_name(tmp_path: Path) -> None:
    code, said = run(a_file(tmp_path, lines(5), 1), "--profile", "other")
    assert code == 1
    assert said[0].startswith("There is no profile other")


def test_a_second_at_once_is_refused(tmp_path: Path) -> None:
    with locking.one_at_a_time():
        if _is_reentrant():
            pytest.skip("PostgreSQL gives its lock to the same connection twice")
        code, said = run(a_file(tmp_path, lines(5), 1))
    assert code == 1
    assert said[-1].startswith("refused: Another circulation file is being taken in")


def _is_reentrant() -> bool:
    try:
        with locking.one_at_a_time():
            return True
    except locking.BusyError:
        return False


def test_without_a_source_it_takes_the_one_in_the_settings(
    tmp_path: Path, settings: LazySettings
) -> None:
    with pytest.raises(CommandError, match="CIRCULATION_SOURCE"):
        call_command("import_circulation")
    settings.CIRCULATION_SOURCE = a_file(tmp_path, lines(5), 1)
    assert run()[0] == 0
