"""Splitting a circulation file into records, each with the physical line that it begins on. Pure.

A quote that is never closed would swallow the rows after it: such a record is given back as what
is wrong with its first line alone, and reading goes on with the next.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import IO

from paywall.circulation.errors import RefusedError
from paywall.circulation.profiles import COLUMNS, REQUIRED, Delimited, FixedWidth, Profile

LONGEST_LINE = 64 * 1024  # characters; what goes on for longer is cut
MOST_LINES = 30  # of one record
_SPACE = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a record cannot be read."""

    reason: str


Record = tuple[int, tuple[str, ...] | Wrong]  # the line, from 1, and the fields in COLUMNS' order


def records_of(text: IO[str], profile: Profile) -> Iterator[Record]:
    """Yield every record that is not blank. Raises RefusedError for a file of another kind."""
    if isinstance(profile.layout, FixedWidth):
        return _fixed(_Lines(text), profile.layout)
    return _delimited(_Lines(text), profile, profile.layout)


class _EndlessError(Exception):
    """A record has more lines than any has."""


class _Lines:
    """The lines of a text. Those `taken` since a mark can be given back."""

    def __init__(self, text: IO[str]) -> None:
        self._readline = text.readline
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self.cut = 0  # the last line that was too long

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _EndlessError
        line = self._again.popleft() if self._again else self._read()
        self.number += 1
        self.taken.append(line)
        return line

    def _read(self) -> str:
        line = self._readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            while (rest := self._readline(LONGEST_LINE)) and rest[-1] not in "\r\n":
                pass
            line += "\n"
            self.cut = self.number + 1
        return line

    def give_back(self) -> None:
        """Have all but the first of the lines taken come again."""
        again = self.taken[1:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)
        self.taken = self.taken[:1]


def _delimited(lines: _Lines, profile: Profile, layout: Delimited) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=layout.delimiter)
    choose: Callable[[list[str]], tuple[str, ...]] = _nothing
    width = 0
    while True:
        lines.taken.clear()
        line = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            break
        except (csv.Error, _EndlessError):
            lines.give_back()
            yield line, Wrong("a quote is opened in it and not closed")
            continue
        if len(fields) == width and width:
            fields.append("")
            yield line, choose(fields)
        elif not width:
            if any(map(str.strip, fields)):
                width, choose = len(fields), _chooser(fields, profile)
        elif not any(map(str.strip, fields)):
            continue  # a blank line, or delimiters alone
        else:
            lines.give_back()
            yield line, Wrong(_wrong_number(len(fields), width, lines))
    if not width:
        raise RefusedError("It is empty.")


def _nothing(fields: list[str]) -> tuple[str, ...]:
    return ()


def _wrong_number(found: int, width: int, lines: _Lines) -> str:
    if lines.cut == lines.number:
        return f"is longer than {LONGEST_LINE} characters"
    return f"has {found} fields where the header has {width}"


def _chooser(header: list[str], profile: Profile) -> Callable[[list[str]], tuple[str, ...]]:
    """Return what puts the fields of a row into the order of COLUMNS; "" stands for one missing."""
    names = [_name(name) for name in header]
    wanted = {column: _name(profile.columns.get(column, column)) for column in COLUMNS}
    missing = [wanted[column] for column in REQUIRED if wanted[column] not in names]
    if missing:
        one = len(missing) == 1
        raise RefusedError(
            f"It lacks the column{'' if one else 's'} {', '.join(missing)}: "
            f"its first line has to name {'it' if one else 'them'}."
        )
    twice = sorted({name for name in wanted.values() if names.count(name) > 1})
    if twice:
        raise RefusedError(f"Its first line names {', '.join(twice)} more than once.")
    places = [names.index(name) if name in names else len(names) for name in wanted.values()]
    choose: Callable[[list[str]], tuple[str, ...]] = itemgetter(*places)
    return choose


def _name(name: str) -> str:
    return _SPACE.sub("_", name.strip().strip("\ufeff").lower())[:60]


def _fixed(lines: _Lines, layout: FixedWidth) -> Iterator[Record]:
    slices = [_slice(*layout.fields.get(column, (1, 0))) for column in COLUMNS]
    count, told, any_at_all = 0, None, False
    for text in lines:
        lines.taken.clear()
        row = text.rstrip("\r\n")
        if not row.strip():
            continue
        any_at_all = True
        if layout.trailer and row.startswith(layout.trailer):
            told = row[_slice(*layout.count)].strip()
            continue
        if not row.startswith(layout.detail):
            if count == 0 and lines.number == 1:
                continue  # a heading
            yield lines.number, Wrong(f"does not begin with {layout.detail}")
            continue
        count += 1
        if len(row) > layout.length:
            yield lines.number, Wrong(f"is {len(row)} characters long, more than {layout.length}")
        else:
            yield lines.number, tuple(row[one] for one in slices)
    if not any_at_all:
        raise RefusedError("It is empty.")
    if layout.trailer and (told is None or not told.isdecimal() or int(told) != count):
        said = f"says {told} rows" if told is not None else "is missing"
        raise RefusedError(f"It has {count} rows and its last line {said}: it was cut off.")


def _slice(first: int, width: int) -> slice:
    return slice(first - 1, first - 1 + width)
