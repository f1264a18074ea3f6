"""The benchmark of circulation files measures what it says; how fast is not asked here."""

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.bench import circulation, stores
from tests.bench.circulation import Run


def import_here(path: Path, environment: dict[str, str]) -> Run:
    """Import in this process and its database: a process of its own takes a while to start."""
    call_command("import_circulation", str(path))
    return Run(1.0, 1.0, 1.0, "taken")


@pytest.mark.django_db
def test_a_file_is_measured_as_new_and_as_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(circulation, "prepare", lambda environment: None)
    monkeypatch.setattr(circulation, "run_import", import_here)
    with stores.sqlite(tmp_path) as store:
        circulation.measure(store, tmp_path, rows=300, seconds=0)
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("taken: ")] == [
        "taken: 300 rows, 299 new, 0 changed, 0 unchanged, 1 rejected, 0 absent",
        "taken: 300 rows, 0 new, 0 changed, 299 unchanged, 1 rejected, 0 absent",
        "taken: 300 rows, 0 new, 0 changed, 299 unchanged, 1 rejected, 0 absent",
    ]
    assert [line.split()[0] for line in said if "times" in line] == ["first", "the", "in"]


def test_an_import_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with (
        stores.sqlite(tmp_path) as store,
        pytest.raises(RuntimeError, match="no such table: paywall_circulationimport"),
    ):
        circulation.run_import(tmp_path, store.environment(stores.SITE, tmp_path))
