"""Putting an accepted file in force, in short transactions, and going on after an interruption.

Each transaction brings some accounts from old to new, whole, and forgets their staged changes:
what is left of these is where the next run goes on. Only when none is left are activations looked
at, and only when all were looked at is the file taken.
"""

from datetime import datetime

from django.db import connection, transaction

from paywall.circulation import moving
from paywall.circulation.following import activated, follow
from paywall.circulation.models import CirculationImport, PrintPublication, StagedChange, StagedRow
from paywall.circulation.policy import policy_in_force
from paywall.circulation.spans import hurry, make_way, spans, stretches
from paywall.circulation.staging import clear
from paywall.circulation.states import ImportState

BATCH = 2000  # accounts swapped in one transaction: on SQLite other writers wait for it
_PEOPLE = (
    "number",
    "former_number_key",
    "first_name",
    "last_name",
    "second_name",
    "company",
    "street",
    "city",
    "postal_code",
    "billing_postal_code",
    "phone_last4",
    "email",
)
_THESE = "change.file_id = %s AND change.id > %s AND change.id <= %s"
_CHANGE_ACCOUNTS = f"""
UPDATE paywall_printaccount SET {", ".join(f"{name} = staged.{name}" for name in _PEOPLE)},
    digest = change.digest, last_seen_at = %s, absent_since = NULL
FROM paywall_stagedchange AS change JOIN paywall_stagedrow AS staged ON staged.id = change.row_id
WHERE {_THESE} AND change.kind = 'changed' AND paywall_printaccount.id = change.account_id
"""
_ADD_ACCOUNTS = f"""
INSERT INTO paywall_printaccount (publication, number_key, {", ".join(_PEOPLE)}, digest,
    first_seen_at, last_seen_at)
SELECT staged.publication, staged.number_key, {", ".join(f"staged.{name}" for name in _PEOPLE)},
    found.digest, %s, %s
FROM (
    SELECT number_key, CAST(SUM(digest) AS bigint) AS digest, MIN(id +
        CASE status WHEN 'active' THEN 0 WHEN 'hold' THEN 1099511627776
        WHEN 'stopped' THEN 2199023255552 ELSE 3298534883328 END) AS best
    FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND number_key > %s AND number_key <= %s
    GROUP BY number_key
) AS found
JOIN paywall_stagedrow AS staged ON staged.id = found.best %% 1099511627776
WHERE true ORDER BY found.number_key ON CONFLICT (number_key, publication) DO NOTHING
"""
# The same, where each account has one row.
_ADD_SINGLES = f"""
INSERT INTO paywall_printaccount (publication, number_key, {", ".join(_PEOPLE)}, digest,
    first_seen_at, last_seen_at)
SELECT publication, number_key, {", ".join(_PEOPLE)}, digest, %s, %s
FROM paywall_stagedrow AS staged
WHERE file_id = %s AND publication = %s AND number_key > %s AND number_key <= %s
ORDER BY number_key ON CONFLICT (number_key, publication) DO NOTHING
"""
# What was stopped already when its account was first seen, and did not move here, has no date
# of its own: it never opened anything.
_ADD_FIRST_LINES = """
INSERT INTO paywall_printline (account_id, product, rate_code, delivery_days, status, hold_until,
    paid_through, status_since)
SELECT account.id, staged.product, staged.rate_code, staged.delivery_days, staged.status,
    staged.hold_until, staged.paid_through,
    CASE WHEN staged.status = 'hold'
        OR (staged.status <> 'active' AND staged.former_number_key <> '')
        THEN CAST(%s AS {moment}) END
FROM paywall_stagedrow AS staged
JOIN paywall_printaccount AS account
    ON account.publication = staged.publication AND account.number_key = staged.number_key
WHERE staged.file_id = %s AND staged.publication = %s
    AND staged.number_key > %s AND staged.number_key <= %s AND account.id > %s
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
JOIN paywall_stagedrow AS best ON best.id = change.row_id
JOIN paywall_stagedrow AS staged ON staged.file_id = best.file_id
    AND staged.publication = best.publication AND staged.number_key = best.number_key
WHERE {_THESE} AND change.kind = 'changed'
"""
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
_LAST_ACCOUNT = "SELECT COALESCE(MAX(id), 0) FROM paywall_printaccount"


def swap(file: CirculationImport, *, now: datetime) -> None:
    """Put an accepted file in force, from wherever an earlier try was interrupted."""
    for span in stretches(StagedChange.objects.filter(file=file), BATCH):
        _swap_accounts(file, *span)
    publications = list(file.publications)
    if file.new:
        for publication in publications:
            rows = StagedRow.objects.filter(file=file, publication=publication)
            for new in spans(rows, BATCH):
                _add_accounts(file, publication, new)
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


def _add_accounts(file: CirculationImport, publication: str, span: tuple[str, str]) -> None:
    """Add those accounts that are not there; a second time, none are."""
    as_of = connection.ops.adapt_datetimefield_value(file.as_of)
    these = (file.pk, publication, *span)
    with transaction.atomic(), connection.cursor() as cursor:
        hurry()
        cursor.execute(_LAST_ACCOUNT)
        last_account = cursor.fetchone()[0]
        add = _ADD_SINGLES if file.singles else _ADD_ACCOUNTS
        cursor.execute(add, [as_of, as_of, *these])
        if connection.vendor == "postgresql":  # it cannot know how many were added just now
            cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_nestloop = off")
        cursor.execute(_ADD_FIRST_LINES.format(moment=_moment()), [as_of, *these, last_account])
    make_way()


def _moment() -> str:
    return "timestamp with time zone" if connection.vendor == "postgresql" else "text"


def _swap_accounts(file: CirculationImport, after: int, to: int) -> None:
    these = (file.pk, after, to)
    as_of = connection.ops.adapt_datetimefield_value(file.as_of)
    add_lines = _ADD_LINES.format(same=_SAME, moment=_moment())
    with transaction.atomic(), connection.cursor() as cursor:
        hurry()
        cursor.execute(_LAST_LINE)
        last_line = cursor.fetchone()[0]
        cursor.execute(_CHANGE_ACCOUNTS, [as_of, *these])
        cursor.execute(_LOSE_ACCOUNTS, [as_of, *these])
        cursor.execute(add_lines, [last_line, last_line, as_of, *these])
        cursor.execute(_DROP_LINES, [last_line, *these])
        cursor.execute(_FORGET, these)
    make_way()
