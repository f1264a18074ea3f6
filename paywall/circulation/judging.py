"""What a staged file would change, and whether that is for staff to say.

The breaker: a full file at least a fifth smaller than the last, or a file that would end more than
one activation in twenty, changes nothing until somebody of the staff has looked at it.
"""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Sum

from paywall.circulation.endings import endings_of
from paywall.circulation.in_force import InForce
from paywall.circulation.meeting import meet, note_absent
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintPublication,
    RejectedRow,
    StagedChange,
    StagedRow,
)
from paywall.circulation.spans import hurry, make_way, spans, stretches
from paywall.circulation.staging import BATCH

_REPEATED = """
SELECT staged.id, staged.number, staged.number_key, staged.line, found.line
FROM (
    SELECT number_key, digest, MIN(line) AS line FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND several
        AND number_key > %s AND number_key <= %s
    GROUP BY number_key, digest HAVING COUNT(*) > 1
) AS found
JOIN paywall_stagedrow AS staged ON staged.file_id = %s AND staged.publication = %s
    AND staged.several AND staged.number_key = found.number_key
    AND staged.digest = found.digest AND staged.line > found.line
"""
# Its own digest where an account has one row; of several, the sum of what fits into one number.
ACCOUNT_DIGEST = """CASE COUNT(*) WHEN 1 THEN MIN(digest)
    ELSE CAST(SUM(digest / 65536) AS bigint) END AS digest"""
# The best row says whose account it is, the first of equals: its line follows its status' rank.
BEST_LINE = """MIN(line + CASE status WHEN 'active' THEN 0 WHEN 'hold' THEN 1099511627776
    WHEN 'stopped' THEN 2199023255552 ELSE 3298534883328 END) AS best"""
_CHANGES = f"""
INSERT INTO paywall_stagedchange (file_id, kind, account_id, row_id, rows, digest)
SELECT best.file_id, 'changed', account.id, best.id, found.rows, found.digest
FROM (
    SELECT number_key, {ACCOUNT_DIGEST}, COUNT(*) AS rows, {BEST_LINE}
    FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND several AND number_key > %s AND number_key <= %s
    GROUP BY number_key
) AS found
JOIN paywall_printaccount AS account
    ON account.publication = %s AND account.number_key = found.number_key
JOIN paywall_stagedrow AS best
    ON best.file_id = %s AND best.publication = account.publication
    AND best.several AND best.number_key = found.number_key
    AND best.line = found.best %% 1099511627776
WHERE account.digest <> found.digest OR account.absent_since IS NOT NULL
ORDER BY found.number_key
"""
# The same, where each account has one row.
_CHANGES_OF_SINGLES = """
INSERT INTO paywall_stagedchange (file_id, kind, account_id, row_id, rows, digest)
SELECT staged.file_id, 'changed', account.id, staged.id, 1, staged.digest
FROM paywall_stagedrow AS staged
JOIN paywall_printaccount AS account
    ON account.publication = staged.publication AND account.number_key = staged.number_key
WHERE staged.file_id = %s AND staged.id > %s AND staged.id <= %s AND NOT staged.several
    AND (account.digest <> staged.digest OR account.absent_since IS NOT NULL)
ORDER BY staged.id
"""
_NEW = """
SELECT COUNT(*) FROM paywall_stagedrow AS staged
WHERE staged.file_id = %s AND staged.publication = %s AND staged.several
    AND staged.number_key > %s AND staged.number_key <= %s
    AND NOT EXISTS (SELECT 1 FROM paywall_printaccount AS account
        WHERE account.publication = staged.publication AND account.number_key = staged.number_key)
"""


def judge(file: CirculationImport, in_force: InForce, *, now: datetime) -> list[str]:
    """Write down what a staged file would change; return why staff are to be asked, if they are."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE paywall_stagedrow, paywall_printaccount")
    publications = list(file.publications)
    there = PrintAccount.objects.filter(publication__in=publications)
    rows = StagedRow.objects.filter(file=file)
    known = meet(file, in_force) if there.exists() else 0
    file.new = rows.filter(several=False).count() - known
    if known:
        for stretch in stretches(rows, BATCH):
            with transaction.atomic():
                hurry()
                _run(_CHANGES_OF_SINGLES, file.pk, *stretch)
            make_way()
    for publication in publications:
        for span in spans(rows.filter(publication=publication, several=True), BATCH):
            with transaction.atomic():
                hurry()
                _find_changes(file, publication, span)
            make_way()
    if file.full:
        note_absent(file, in_force.missed())
    for publication in publications:
        _leave_half_read(file, publication)
    _count(file)
    file.would_end, file.activations = endings_of(file, publications, now=now)
    return [
        *_rejects_too_many(file),
        *_is_too_small(file),
        *_is_of_others(file),
        *_ends_too_many(file),
    ]


def _find_changes(file: CirculationImport, publication: str, span: tuple[str, str]) -> None:
    _reject_repeated(file, publication, span)
    _run(_CHANGES, file.pk, publication, *span, publication, file.pk)
    file.new += _run(_NEW, file.pk, publication, *span)


def _run(sql: str, *params: str | int) -> int:
    """Run one statement; return the number that it asks for, if it asks for one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0]) if cursor.description else 0


def _reject_repeated(file: CirculationImport, publication: str, span: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, [file.pk, publication, *span, file.pk, publication])
        repeated = cursor.fetchall()
    if repeated:
        RejectedRow.objects.bulk_create(
            RejectedRow(
                file=file,
                line=line,
                publication=publication,
                number=number,
                number_key=key,
                reason=f"says what line {first} says",
                repeats=True,
            )
            for _, number, key, line, first in repeated
        )
        StagedRow.objects.filter(pk__in=[row[0] for row in repeated]).delete()
        file.rejected += len(repeated)
        file.publications[publication] -= len(repeated)


def _leave_half_read(file: CirculationImport, publication: str) -> None:
    """Leave accounts as they are that have a row that could not be read: it may be the best."""
    unread = RejectedRow.objects.filter(file=file, publication=publication, repeats=False)
    keys = unread.exclude(number_key="").values("number_key")
    StagedChange.objects.filter(
        file=file,
        account__in=PrintAccount.objects.filter(publication=publication, number_key__in=keys),
    ).delete()


def _count(file: CirculationImport) -> None:
    kinds: Counter[str] = Counter()
    for kind, accounts, rows in (
        StagedChange.objects.filter(file=file)
        .values_list("kind")
        .annotate(accounts=Count("pk"), rows=Sum("rows"))
    ):
        kinds[kind] = accounts if kind == StagedChange.Kind.ABSENT else rows
    file.changed, file.absent = kinds["changed"], kinds["absent"]
    file.unchanged = file.rows - file.rejected - file.new - file.changed


def _rejects_too_many(file: CirculationImport) -> list[str]:
    share = settings.CIRCULATION_REJECTED_PERCENT
    if file.rejected * 100 <= file.rows * share:
        return []
    return [f"{file.rejected:,} of its {file.rows:,} rows cannot be read: more than {share}%."]


def _is_too_small(file: CirculationImport) -> list[str]:
    if not file.full:
        return []
    share = settings.CIRCULATION_SMALLER_PERCENT
    why = []
    for last in PrintPublication.objects.filter(name__in=list(file.publications)):
        rows = file.publications[last.name]
        if last.rows and rows * 100 <= last.rows * (100 - share):
            whose = f" of {last.name}" if last.name else ""
            why.append(f"It has {rows:,} rows{whose}; the last had {last.rows:,}.")
    return why


def _is_of_others(file: CirculationImport) -> list[str]:
    """Stop a file of the usual size that is of other accounts: another paper's, or renumbered."""
    there = PrintAccount.objects.filter(publication__in=list(file.publications), absent_since=None)
    if file.absent < 2 or file.absent * 2 <= there.count():
        return []
    return [f"{file.absent:,} accounts, more than half of those there are, are not in it."]


def _ends_too_many(file: CirculationImport) -> list[str]:
    share, let_pass = settings.CIRCULATION_ENDING_PERCENT, settings.CIRCULATION_ENDINGS_LET_PASS
    if file.would_end <= let_pass or file.would_end * 100 <= file.activations * share:
        return []
    return [
        f"It would end {file.would_end:,} of {file.activations:,} activated accounts: "
        f"more than {share}%."
    ]
