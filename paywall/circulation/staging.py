"""Bringing the rows of a file into the staging table, where nothing is in force yet."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import IO, Any

from django.db import OperationalError, connection, transaction

from paywall.circulation.claims import Suppressed
from paywall.circulation.erasing import suppression_key
from paywall.circulation.errors import RefusedError
from paywall.circulation.in_force import InForce
from paywall.circulation.models import CirculationImport, RejectedRow, StagedChange, StagedRow
from paywall.circulation.profiles import COLUMNS, Profile
from paywall.circulation.records import Wrong, records_of
from paywall.circulation.rows import ROW, Rejected, Row, digester_of, reader_of
from paywall.circulation.several import Several
from paywall.circulation.spans import ends_of, hurry, make_way, stretches

BATCH = 5000  # rows written in one transaction on SQLite: other writers wait for it
COPIED = 200_000  # the same on PostgreSQL, where nobody waits
PIECE = 500  # rows sent at once
RUN = 25_000  # rows brought into their numbers' order: two such runs are in hand
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
_PUBLICATION = COLUMNS.index("publication")
_NUMBER_KEY = ROW.index("number_key")
MANY = 50_000  # rows: fewer are deleted
_EMPTY = {"postgresql": "TRUNCATE", "sqlite": "DELETE FROM"}  # without WHERE it looks at no row

Staged = tuple[int, int, Row]  # the line, the digest, and what is kept
Formed = tuple[str, Any]  # the account's number as it is compared, and a row to be written
_number_of = itemgetter(0)


class _Sorted:
    """The good rows of a file that say something new; the others are counted or put aside."""

    def __init__(self, text: IO[str], profile: Profile, in_force: InForce) -> None:
        self._records = records_of(text, profile)
        self._read, self._digest_of = reader_of(profile), digester_of(profile)
        self._publication = profile.publication
        self._erased = frozenset(Suppressed.objects.values_list("key", flat=True))
        self._lines = in_force.lines
        self._same: Counter[str] = Counter()
        self._staged: Counter[str] = Counter()
        self.wrong: list[tuple[int, Rejected]] = []
        self.left_out = 0
        self.several = Several()

    def __iter__(self) -> Iterator[Staged]:
        """Yield good rows, until many wrong ones are in hand; then go on where it ended."""
        digest_of, read, line_of = self._digest_of, self._read, self._lines.get
        staged, erased, note = self._staged, self._erased, self.several.add
        row: Row | Rejected
        for line, fields in self._records:
            if isinstance(fields, Wrong):
                digest, row = 0, Rejected("", "", "", fields.reason)
            else:
                digest = digest_of(fields)
                first = line_of(digest)
                if first == 0:
                    self._lines[digest] = line
                    self._same[fields[_PUBLICATION]] += 1
                    continue
                row = read(fields)
                if first and isinstance(row, tuple):
                    row = repeated(*row[:3], line=first)
            if isinstance(row, Rejected):
                self.wrong.append((line, row))
                if len(self.wrong) >= MOST_WRONG:
                    return
            elif erased and _is_erased(row, erased):
                self.left_out += 1
            else:
                staged[row[0]] += 1
                note(row[0], row[2])
                yield line, digest, row

    def publications(self) -> Counter[str]:
        """Return how many good rows there are of each publication."""
        found = self._staged.copy()
        for name, rows in self._same.items():
            found[" ".join(name.split()) or self._publication] += rows
        return found


def stage(file: CirculationImport, text: IO[str], profile: Profile) -> InForce:
    """Write down the rows of a file that say something new, and those rejected; count them all.

    Returns what is in force, and what of it the file says too. Rows of accounts that were erased
    are left out, and counted as unchanged.
    Raises RefusedError: it is of another kind, or holds no row that can be read.
    """
    in_force = InForce()
    found = _Sorted(text, profile, in_force)
    rejected, more = 0, True
    while more:
        rows = _in_runs(_formed(file.pk, found))
        while _write(rows):
            pass
        _reject(file, found.wrong)
        rejected += len(found.wrong)
        good = found.publications().total()
        if rejected > max(SENSELESS, good):
            raise RefusedError(f"{rejected} of its first {good + rejected} rows make no sense.")
        more = len(found.wrong) >= MOST_WRONG
        found.wrong.clear()
    file.rows, file.rejected = good + rejected + found.left_out, rejected
    file.publications = dict(found.publications())
    if not good:
        raise RefusedError(
            f"None of its {rejected} rows can be read." if rejected else "It has no rows."
        )
    found.several.mark(file)
    return in_force


def _in_runs(rows: Iterator[Formed]) -> Iterator[Formed]:
    """Yield rows in runs ordered by number, one after another.

    Accounts are added in this order: it is that of their index, of which each transaction then
    touches a part. While one run is written down the next is read.
    """
    run = sorted(islice(rows, RUN), key=_number_of)
    while run:
        coming: list[Formed] = []
        for start in range(0, len(run), PIECE):
            yield from run[start : start + PIECE]
            coming += islice(rows, PIECE)
        coming.sort(key=_number_of)
        run = coming


def repeated(publication: str, number: str, key: str, *, line: int) -> Rejected:
    """Return what is wrong with a row that says what an earlier line says."""
    return Rejected(publication, number, key, f"says what line {line} says", repeats=True)


def _is_erased(row: Row, erased: frozenset[str]) -> bool:
    """Tell whether a reader had this account forgotten, under this number or its former one."""
    publication, _, *numbers = row[:4]
    return any(number and suppression_key(publication, number) in erased for number in numbers)


def _write(rows: Iterator[Formed]) -> int:
    """Write the next rows down in one transaction, and return how many there were."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            hurry()
            return _copy(cursor, islice(rows, COPIED))
    batch = [formed for _, formed in islice(rows, BATCH)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT, batch)
    make_way()
    return len(batch)


def _copy(cursor: Any, rows: Iterator[Formed]) -> int:
    """Send rows piece by piece: the server writes one while we read the next."""
    count = 0
    with cursor.copy(_COPY) as copy:
        while piece := [formed for _, formed in islice(rows, PIECE)]:
            copy.write("".join(piece))
            count += len(piece)
    return count


def _formed(file_id: int, rows: Iterable[Staged]) -> Iterator[Formed]:
    """Yield each row's number and what the database takes it as."""
    form = _copied if connection.vendor == "postgresql" else _inserted
    for line, digest, row in rows:
        yield row[_NUMBER_KEY], form(file_id, line, digest, row)


def _inserted(file_id: int, line: int, digest: int, row: Row) -> tuple[Any, ...]:
    return (file_id, line, digest, *row[:-2], row[-2] or None, row[-1] or None)


def _copied(file_id: int, line: int, digest: int, row: Row) -> str:
    """Return a row in COPY's text format; tidied texts hold no tab and no end of line."""
    told = "\t".join(row[:-2])
    if "\\" in told:
        told = told.replace("\\", "\\\\")
    hold_until, paid_through = row[-2] or _NULL, row[-1] or _NULL
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
                repeats=row.repeats,
            )
            for line, row in wrong
        ],
        batch_size=500,
    )


def clear(file: CirculationImport) -> None:
    """Forget what is staged of a file; what was rejected stays for staff."""
    for model in (StagedChange, StagedRow):
        whole = model.objects.filter(file=file)
        first, last = ends_of(whole)
        if last - first >= MANY and _empty(model, file):
            continue
        for after, to in stretches(whole, 4 * BATCH):
            with transaction.atomic():
                hurry()
                model.objects.filter(file=file, pk__gt=after, pk__lte=to).delete()
            make_way()


def _empty(model: type[StagedChange | StagedRow], file: CirculationImport) -> bool:
    """Empty a whole table at once, if nothing else is in it and nobody looks at it just now."""
    table = model._meta.db_table
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            if model.objects.exclude(file=file).exists():
                return False
            cursor.execute(f"{_EMPTY[connection.vendor]} {table}")
    except OperationalError:  # somebody does, as a backup that takes an hour
        return False
    return True
