"""Rejected rows as a CSV file, in which a spreadsheet finds no formula."""

import csv
import io
from collections.abc import Iterator

from paywall.circulation.models import CirculationImport

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutralised(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_STARTS) else text


def as_csv(file: CirculationImport) -> Iterator[str]:
    """Yield the lines of a CSV file: the physical line, the account number, the reason."""
    yield _line("line", "account_number", "reason")
    for rejected in file.rejected_rows.iterator():
        yield _line(str(rejected.line), neutralised(rejected.number), neutralised(rejected.reason))


def _line(*fields: str) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(fields)
    return written.getvalue()
