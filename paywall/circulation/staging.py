"""Bringing the rows of a file into the staging table, where nothing is in force yet."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.db import connection, transaction

from paywall.circulation.claims import Suppressed
from paywall.circulation.erasing import suppression_key
from paywall.circulation.errors import RefusedError
from paywall.circulation.models import CirculationImport, RejectedRow, StagedChange, StagedRow
from paywall.circulation.profiles import Profile
from paywall.circulation.records import Wrong, records_of
from paywall.circulation.rows import ROW, Rejected, Row, reader_of
from paywall.circulation.singling import Singles
from paywall.circulation.spans import hurry, make_way, stretches

BATCH = 5000  # rows written in one transaction on SQLite: other writers wait for it
COPIED = 200_000  # the same on PostgreSQL, where nobody waits
PIECE = 500  # rows sent at once
MOST_WRONG = 5000  # rejected rows in hand
# A file most of whose rows make no sense is of another kind, and is not read to its end.
SENSELESS = 50_000
_COLUMNS = ("file_id", "line", "digest", *ROW)
_COPY = f"COPY paywall_stagedrow ({', '.join(_COLUMNS)}) FROM STDIN"
_INSERT = (
    f"INSERT INTO paywall_stagedrow ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)

_NULL = r"\N"

Staged = tuple[int, Row]


class _Sorted:
    """The good rows of a file, one after another; the others are put aside."""

    def __init__(self, text: IO[str], profile: Profile) -> None:
        self._records = records_of(text, profile)
        self._read = reader_of(profile)
        self._erased = frozenset(Suppressed.objects.values_list("key", flat=True))
        self.wrong: list[tuple[int, Rejected]] = []
        self.left_out = 0
        self.singles = Singles()

    def __iter__(self) -> Iterator[Staged]:
        """Yield good rows, until many wrong ones are in hand; then go on where it ended."""
        for line, fields in self._records:
            row = self._read(fields) if isinstance(fields, tuple) else _wrong(fields)
            if isinstance(row, Rejected):
                self.wrong.append((line, row))
                if len(self.wrong) >= MOST_WRONG:
                    return
            elif self._erased and _is_erased(row, self._erased):
                self.left_out += 1
            else:
                self.singles.add(row[1][0], row[1][2])
                yield line, row


def stage(file: CirculationImport, text: IO[str], profile: Profile) -> None:
    """Write the rows of a file down as staged or rejected, and count them on the import.

    Those of accounts that were erased are left out, and counted as unchanged.
    Raises RefusedError: it is of another kind, or holds no row that can be read.
    """
    found = _Sorted(text, profile)
    staged = rejected = 0
    rows = iter(found)
    while True:
        written = _write(file.pk, rows)
        _reject(file, found.wrong)
        staged, rejected = staged + written, rejected + len(found.wrong)
        if rejected > max(SENSELESS, staged):
            raise RefusedError(f"{rejected} of its first {staged + rejected} rows make no sense.")
        if len(found.wrong) >= MOST_WRONG:
            rows = iter(found)
        elif not written:
            break
        found.wrong.clear()
    file.rows, file.rejected = staged + rejected + found.left_out, rejected
    file.singles = found.singles.are_all(file)
    if not staged:
        raise RefusedError(
            f"None of its {rejected} rows can be read." if rejected else "It has no rows."
        )


def _wrong(record: Wrong) -> Rejected:
    return Rejected("", "", "", record.reason)


def _is_erased(row: Row, erased: frozenset[str]) -> bool:
    """Tell whether a reader had this account forgotten, under this number or its former one."""
    publication, _, *numbers = row[1][:4]
    return any(number and suppression_key(publication, number) in erased for number in numbers)


def _write(file_id: int, rows: Iterator[Staged]) -> int:
    """Write the next rows down in one transaction, and return how many there were."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            hurry()
            return _copy(cursor, file_id, islice(rows, COPIED))
    batch = [
        (file_id, line, row[0], *row[1][:-2], row[1][-2] or None, row[1][-1] or None)
        for line, row in islice(rows, BATCH)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT, batch)
    make_way()
    return len(batch)


def _copy(cursor: Any, file_id: int, rows: Iterator[Staged]) -> int:
    """Send rows piece by piece: the server writes one while we read the next."""
    count = 0
    with cursor.copy(_COPY) as copy:
        while piece := [_copied(file_id, line, row) for line, row in islice(rows, PIECE)]:
            copy.write("".join(piece))
            count += len(piece)
    return count


def _copied(file_id: int, line: int, row: Row) -> str:
    """Return a row in COPY's text format; tidied texts hold no tab and no end of line."""
    digest, texts = row
    told = "\t".join(texts[:-2])
    if "\\" in told:
        told = told.replace("\\", "\\\\")
    hold_until, paid_through = texts[-2] or _NULL, texts[-1] or _NULL
    return f"{file_id}\t{line}\t{digest}\t{told}\t{hold_until}\t{paid_through}\n"


def _reject(file: CirculationImport, wrong: list[tuple[int, Rejected]]) -> None:
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(
                file=file,
                line=line,
                publication=row.publication.replace("\0", ""),
                number=row.number.replace("\0", ""),
                number_key=row.number_key,
                reason=row.reason[:300].replace("\0", ""),
            )
            for line, row in wrong
        ],
        batch_size=500,
    )


def clear(file: CirculationImport) -> None:
    """Forget what is staged of a file; what was rejected stays for staff."""
    for model in (StagedChange, StagedRow):
        for after, to in stretches(model.objects.filter(file=file), 4 * BATCH):
            with transaction.atomic():
                hurry()
                model.objects.filter(file=file, pk__gt=after, pk__lte=to).delete()
            make_way()
