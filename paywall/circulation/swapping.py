"""Putting an accepted file in force, in short transactions, and going on after an interruption.

Each transaction brings some accounts from old to new, whole, and forgets their staged changes:
what is left of these is where the next run goes on. Only when none is left are activations looked
at, and only when all were looked at is the file taken.
"""

from datetime import datetime

from django.db import connection, transaction

from paywall.circulation import moving
from paywall.circulation.adding import PEOPLE, ROOM, add
from paywall.circulation.following import activated, follow
from paywall.circulation.indexing import search_indexes_after
from paywall.circulation.kept import keep
from paywall.circulation.models import CirculationImport, PrintPublication, StagedChange
from paywall.circulation.policy import policy_in_force
from paywall.circulation.spans import hurry, make_way, moment, room, stretches
from paywall.circulation.staging import clear
from paywall.circulation.states import ImportState

BATCH = 2000  # accounts swapped in one transaction: on SQLite other writers wait for it
_THESE = "change.file_id = %s AND change.id > %s AND change.id <= %s"
_CHANGE_ACCOUNTS = f"""
UPDATE paywall_printaccount SET {", ".join(f"{name} = staged.{name}" for name in PEOPLE)},
    digest = change.digest, last_seen_at = %s, absent_since = NULL
FROM paywall_stagedchange AS change JOIN paywall_stagedrow AS staged ON staged.id = change.row_id
WHERE {_THESE} AND change.kind = 'changed' AND paywall_printaccount.id = change.account_id
"""
_LOSE_ACCOUNTS = f"""
UPDATE paywall_printaccount SET absent_since = %s
WHERE absent_since IS NULL AND id IN (SELECT change.account_id FROM paywall_stagedchange AS change
    WHERE {_THESE} AND change.kind = 'absent')
"""
# Since when a status stands: as the line that it follows says, else since this file.
_ADD_LINES = f"""
INSERT INTO paywall_printline (account_id, product, rate_code, delivery_days, status, hold_until,
    paid_through, status_since)
SELECT change.account_id, staged.product, staged.rate_code, staged.delivery_days, staged.status,
    staged.hold_until, staged.paid_through,
    CASE WHEN staged.status = 'active' THEN NULL
    WHEN EXISTS (SELECT 1 FROM paywall_printline AS old WHERE {{same}}) THEN
        (SELECT MIN(old.status_since) FROM paywall_printline AS old WHERE {{same}})
    ELSE CAST(%s AS {{moment}}) END
FROM paywall_stagedchange AS change
{{its_rows}}
WHERE {_THESE} AND change.kind = 'changed'
"""
_ONE_ROW = "JOIN paywall_stagedrow AS staged ON staged.id = change.row_id AND NOT staged.several"
_SEVERAL = """JOIN paywall_stagedrow AS best ON best.id = change.row_id AND best.several
JOIN paywall_stagedrow AS staged ON staged.file_id = best.file_id AND staged.several
    AND staged.publication = best.publication AND staged.number_key = best.number_key"""
_SAME = """old.account_id = change.account_id AND old.product = staged.product
    AND old.rate_code = staged.rate_code AND old.id <= %s AND old.status IN
    (staged.status, CASE staged.status WHEN 'stopped' THEN 'nonpay' WHEN 'nonpay' THEN 'stopped'
        ELSE staged.status END)"""
_DROP_LINES = f"""
DELETE FROM paywall_printline WHERE id <= %s AND account_id IN (SELECT change.account_id
    FROM paywall_stagedchange AS change WHERE {_THESE} AND change.kind = 'changed')
"""
_FORGET = "DELETE FROM paywall_stagedchange WHERE file_id = %s AND id > %s AND id <= %s"
_LAST_LINE = "SELECT COALESCE(MAX(id), 0) FROM paywall_printline"


def swap(file: CirculationImport, *, now: datetime) -> None:
    """Put an accepted file in force, from wherever an earlier try was interrupted."""
    keep(file)
    for span in stretches(StagedChange.objects.filter(file=file), BATCH):
        _swap_accounts(file, *span)
    publications = list(file.publications)
    if file.new:
        with room(ROOM), search_indexes_after(file.new):
            add(file)
    moving.carry_over(publications, as_of=file.as_of, now=now)
    policy = policy_in_force()
    for accounts in activated(publications):
        follow(accounts, as_of=file.as_of, now=now, policy=policy)
    with transaction.atomic():
        for name, rows in file.publications.items():
            told = {"as_of": file.as_of, **({"rows": rows} if file.full else {})}
            PrintPublication.objects.update_or_create(name=name, defaults=told)
        file.state, file.ended_at = ImportState.TAKEN, now
        file.save(update_fields=["state", "ended_at"])
    clear(file)


def _swap_accounts(file: CirculationImport, after: int, to: int) -> None:
    these = (file.pk, after, to)
    as_of = connection.ops.adapt_datetimefield_value(file.as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        hurry()
        cursor.execute(_LAST_LINE)
        last_line = cursor.fetchone()[0]
        cursor.execute(_CHANGE_ACCOUNTS, [as_of, *these])
        cursor.execute(_LOSE_ACCOUNTS, [as_of, *these])
        for its_rows in (_ONE_ROW, _SEVERAL):
            add_lines = _ADD_LINES.format(same=_SAME, moment=moment(), its_rows=its_rows)
            cursor.execute(add_lines, [last_line, last_line, as_of, *these])
        cursor.execute(_DROP_LINES, [last_line, *these])
        cursor.execute(_FORGET, these)
    make_way()
