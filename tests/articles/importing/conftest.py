"""Bringing a source in through the command, as an operator does."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

Import = Callable[..., str]


@pytest.fixture
def import_(tmp_path: Path, db: None) -> Import:
    """Return a function that imports what it is given, text or bytes, and returns the report."""

    def run(source: str | bytes, *options: str, name: str = "source.xml") -> str:
        path = tmp_path / name
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        report = StringIO()
        call_command("import_stories", str(path), *options, stdout=report, stderr=StringIO())
        return report.getvalue()

    return run
