"""Whose rows a staged file has: of accounts that are there, and of which it has none."""

from collections.abc import Iterable
from itertools import islice

from django.db import connection, transaction

from paywall.circulation.in_force import InForce
from paywall.circulation.models import CirculationImport, StagedRow
from paywall.circulation.rows import ROW
from paywall.circulation.spans import hurry, make_way, stretches
from paywall.circulation.staging import BATCH

AT_A_TIME = 500  # keys in one statement
_OF_THE_LINE = ROW[-6:]  # the rest is of the account
_MEET = """
SELECT staged.id, staged.several, account.id, account.digest
FROM paywall_stagedrow AS staged
JOIN paywall_printaccount AS account
    ON account.publication = staged.publication AND account.number_key = staged.number_key
WHERE staged.file_id = %s AND staged.id > %s AND staged.id <= %s
"""
_STAGE_TOO = f"""
INSERT INTO paywall_stagedrow (several, file_id, line, digest, {", ".join(ROW)})
SELECT true, %s, %s, account.digest, {", ".join(f"account.{name}" for name in ROW[:-6])},
    {", ".join(f"line.{name}" for name in _OF_THE_LINE)}
FROM paywall_printaccount AS account JOIN paywall_printline AS line ON line.account_id = account.id
WHERE account.id = %s
"""
_ABSENT = """
INSERT INTO paywall_stagedchange (file_id, kind, account_id, rows, digest)
SELECT %s, 'absent', account.id, 0, 0 FROM paywall_printaccount AS account
WHERE account.id IN ({keys}) AND account.publication IN ({publications})
"""


def meet(file: CirculationImport, in_force: InForce) -> int:
    """Note the accounts that have staged rows; return how many have one, and no other.

    Where a row of such an account was not staged, since it says what the account says already,
    it is staged too: the account has several rows, and these are judged together.
    """
    alone, also = 0, {}
    for stretch in stretches(StagedRow.objects.filter(file=file), BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            hurry()
            cursor.execute(_MEET, [file.pk, *stretch])
            found = cursor.fetchall()
        with_another = []
        for row, several, key, digest in found:
            if line := in_force.meet(key, digest):
                also[key] = line
                with_another.append(row)
            elif not several:
                alone += 1
        StagedRow.objects.filter(pk__in=with_another).update(several=True)
        make_way()
    lines = iter(also.items())
    while some := list(islice(lines, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_STAGE_TOO, [(file.pk, line, key) for key, line in some])
        make_way()
    return alone


def note_absent(file: CirculationImport, missed: Iterable[int]) -> None:
    """Write down which accounts a full file has no row of; of its publications alone."""
    publications = list(file.publications)
    keys = iter(missed)
    while some := list(islice(keys, AT_A_TIME)):
        sql = _ABSENT.format(
            keys=", ".join(["%s"] * len(some)), publications=", ".join(["%s"] * len(publications))
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [file.pk, *some, *publications])
