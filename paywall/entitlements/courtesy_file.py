"""Reading a file of addresses that are to get courtesy access. Pure.

A table with commas, semicolons or tabs: the address, then if wanted the last day (2026-12-31).
A first line of names is known by its having no address.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

MOST_ROWS = 2000
LONGEST_ADDRESS = 254  # characters, RFC 5321


class UnreadableError(ValueError):
    """The file as a whole cannot be read; the message says why, for staff."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: whose access, and its last day. `problem` says why it gives nothing."""

    line: int
    address: str
    until_date: date
    problem: str = ""


def read(data: bytes, *, until_date: date) -> Sequence[Row]:
    """Return the rows of a file; those that name no day of their own have `until_date`.

    Raises UnreadableError for what is no text, has no row or too many.
    """
    rows = list(_rows(_text(data), until_date))
    if not rows:
        raise UnreadableError("There is no address in this file.")
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"It has more than {MOST_ROWS} rows: send it in parts.")
    return rows


def _rows(text: str, until_date: date) -> Iterator[Row]:
    seen: dict[str, int] = {}
    delimiter = max(",;\t", key=text.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in table:
            address, day, *_ = [*(cell.strip() for cell in cells), "", ""]
            if not any(cells) or (not seen and "@" not in address and table.line_num == 1):
                continue
            yield _row(table.line_num, address.lower(), day, until_date, seen)
    except csv.Error as error:
        raise UnreadableError(f"Line {table.line_num} is no line of a table: {error}.") from error


def _row(line: int, address: str, day: str, until_date: date, seen: dict[str, int]) -> Row:
    first = seen.setdefault(address, line)
    try:
        until_date = date.fromisoformat(day) if day else until_date
    except ValueError:
        return Row(line, address, until_date, f"“{day[:40]}” is no day: write it like 2026-12-31.")
    name, _, domain = address.rpartition("@")
    if not name or "." not in domain or " " in address or len(address) > LONGEST_ADDRESS:
        return Row(line, address[:LONGEST_ADDRESS], until_date, "This is no email address.")
    if first != line:
        return Row(line, address, until_date, f"The address is on line {first} already.")
    return Row(line, address, until_date)


def _text(data: bytes) -> str:
    if b"\x00" in data:
        raise UnreadableError("This is no text: save the table as CSV, in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
