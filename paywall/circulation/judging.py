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
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintPublication,
    RejectedRow,
    StagedChange,
    StagedRow,
)
from paywall.circulation.spans import hurry, make_way, spans
from paywall.circulation.staging import BATCH

_REPEATED = """
SELECT staged.id, staged.number, staged.number_key, staged.line, first.line
FROM (
    SELECT number_key, digest, MIN(id) AS id FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND number_key > %s AND number_key <= %s
    GROUP BY number_key, digest HAVING COUNT(*) > 1
) AS found
JOIN paywall_stagedrow AS first ON first.id = found.id
JOIN paywall_stagedrow AS staged ON staged.file_id = first.file_id
    AND staged.publication = first.publication AND staged.number_key = first.number_key
    AND staged.digest = first.digest AND staged.id > first.id
"""
# The best line's row says whose account it is: its id follows the rank of its status.
_CHANGES = """
INSERT INTO paywall_stagedchange (file_id, kind, account_id, row_id, rows, digest)
SELECT %s, 'changed', account.id, found.best %% 1099511627776, found.rows, found.digest
FROM (
    SELECT number_key, CAST(SUM(digest) AS bigint) AS digest, COUNT(*) AS rows, MIN(id +
        CASE status WHEN 'active' THEN 0 WHEN 'hold' THEN 1099511627776
        WHEN 'stopped' THEN 2199023255552 ELSE 3298534883328 END) AS best
    FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND number_key > %s AND number_key <= %s
    GROUP BY number_key
) AS found
JOIN paywall_printaccount AS account
    ON account.publication = %s AND account.number_key = found.number_key
WHERE account.digest <> found.digest OR account.absent_since IS NOT NULL
ORDER BY found.number_key
"""
# The same, where each account has one row.
_CHANGES_OF_SINGLES = """
INSERT INTO paywall_stagedchange (file_id, kind, account_id, row_id, rows, digest)
SELECT %s, 'changed', account.id, staged.id, 1, staged.digest
FROM paywall_stagedrow AS staged
JOIN paywall_printaccount AS account
    ON account.publication = staged.publication AND account.number_key = staged.number_key
WHERE staged.file_id = %s AND staged.publication = %s
    AND staged.number_key > %s AND staged.number_key <= %s
    AND (account.digest <> staged.digest OR account.absent_since IS NOT NULL)
ORDER BY staged.number_key
"""
_NEW = """
SELECT COUNT(*) FROM paywall_stagedrow AS staged
WHERE staged.file_id = %s AND staged.publication = %s
    AND staged.number_key > %s AND staged.number_key <= %s
    AND NOT EXISTS (SELECT 1 FROM paywall_printaccount AS account
        WHERE account.publication = staged.publication AND account.number_key = staged.number_key)
"""
_ABSENT = """
INSERT INTO paywall_stagedchange (file_id, kind, account_id, rows, digest)
SELECT %s, 'absent', account.id, 0, 0 FROM paywall_printaccount AS account
WHERE account.publication = %s AND account.number_key > %s AND account.number_key <= %s
    AND account.absent_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM paywall_stagedrow AS staged WHERE staged.file_id = %s
        AND staged.publication = account.publication AND staged.number_key = account.number_key)
"""


def judge(file: CirculationImport, *, now: datetime) -> list[str]:
    """Write down what a staged file would change; return why staff are to be asked, if they are."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE paywall_stagedrow, paywall_printaccount")
    publications = list(
        StagedRow.objects.filter(file=file)
        .order_by()
        .values_list("publication", flat=True)
        .distinct()
    )
    for publication in publications:
        rows = StagedRow.objects.filter(file=file, publication=publication)
        there = PrintAccount.objects.filter(publication=publication)
        if file.singles and not there.exists():  # the first file of all
            file.new += rows.count()
            continue
        for span in spans(rows, BATCH):
            with transaction.atomic():
                hurry()
                _find_changes(file, publication, span)
            make_way()
        if file.full:
            for span in spans(there, BATCH):
                with transaction.atomic():
                    hurry()
                    _run(_ABSENT, file.pk, publication, *span, file.pk)
                make_way()
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
    if file.singles:
        _run(_CHANGES_OF_SINGLES, file.pk, file.pk, publication, *span)
    else:
        _reject_repeated(file, publication, span)
        _run(_CHANGES, file.pk, file.pk, publication, *span, publication)
    file.new += _run(_NEW, file.pk, publication, *span)


def _run(sql: str, *params: str | int) -> int:
    """Run one statement; return the number that it asks for, if it asks for one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0]) if cursor.description else 0


def _reject_repeated(file: CirculationImport, publication: str, span: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, [file.pk, publication, *span])
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
    file.publications = dict(
        StagedRow.objects.filter(file=file)
        .order_by()
        .values_list("publication")
        .annotate(rows=Count("pk"))
    )


def _rejects_too_many(file: CirculationImport) -> list[str]:
    share = settings.CIRCULATION_REJECTED_PERCENT
    if file.rejected * 100 <= file.rows * share:
        return []
    return [f"{file.rejected} of its {file.rows} rows cannot be read: more than {share}%."]


def _is_too_small(file: CirculationImport) -> list[str]:
    if not file.full:
        return []
    share = settings.CIRCULATION_SMALLER_PERCENT
    why = []
    for last in PrintPublication.objects.filter(name__in=list(file.publications)):
        rows = file.publications[last.name]
        if last.rows and rows * 100 <= last.rows * (100 - share):
            whose = f" of {last.name}" if last.name else ""
            why.append(f"It has {rows} rows{whose}; the last had {last.rows}.")
    return why


def _is_of_others(file: CirculationImport) -> list[str]:
    """Stop a file of the usual size that is of other accounts: another paper's, or renumbered."""
    there = PrintAccount.objects.filter(publication__in=list(file.publications), absent_since=None)
    if file.absent < 2 or file.absent * 2 <= there.count():
        return []
    return [f"{file.absent} accounts, more than half of those there are, are not in it."]


def _ends_too_many(file: CirculationImport) -> list[str]:
    share, let_pass = settings.CIRCULATION_ENDING_PERCENT, settings.CIRCULATION_ENDINGS_LET_PASS
    if file.would_end <= let_pass or file.would_end * 100 <= file.activations * share:
        return []
    return [
        f"It would end {file.would_end} of {file.activations} activated accounts: "
        f"more than {share}%."
    ]
