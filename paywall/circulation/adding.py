"""Putting the new accounts of an accepted file in force, going on where it was interrupted."""

from django.db import connection, transaction

from paywall.circulation.judging import ACCOUNT_DIGEST, BEST_LINE
from paywall.circulation.models import CirculationImport, StagedRow
from paywall.circulation.spans import ends_of, hurry, make_way, moment, spans, stretches

BATCH = 5000  # accounts added in one transaction on SQLite: other writers wait for it
ROOM = 48  # megabytes, for what is sorted and for indexes of millions
ADDED = 100_000  # the same on PostgreSQL, where nobody waits
PEOPLE = (
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
# Where each account has one row, its key follows from that row's: nothing is looked up.
_ADD_SINGLES = f"""
INSERT INTO paywall_printaccount (id, publication, number_key, {", ".join(PEOPLE)}, digest,
    first_seen_at, last_seen_at)
SELECT staged.id + %s, publication, number_key, {", ".join(PEOPLE)}, digest, %s, %s
FROM paywall_stagedrow AS staged
WHERE file_id = %s AND id > %s AND id <= %s AND NOT several {{new}}
ORDER BY id
"""
_IS_NEW = """AND NOT EXISTS (SELECT 1 FROM paywall_printaccount AS account
    WHERE account.number_key = staged.number_key AND account.publication = staged.publication)"""
# What was stopped already when its account was first seen, and did not move here, has no date
# of its own: it never opened anything.
_LINE = """
INSERT INTO paywall_printline (account_id, product, rate_code, delivery_days, status, hold_until,
    paid_through, status_since)
SELECT {account}, staged.product, staged.rate_code, staged.delivery_days, staged.status,
    staged.hold_until, staged.paid_through,
    CASE WHEN staged.status = 'hold'
        OR (staged.status <> 'active' AND staged.former_number_key <> '')
        THEN CAST(%s AS {moment}) END
FROM paywall_stagedrow AS staged
"""
_LINES_OF_SINGLES = """
WHERE file_id = %s AND id > %s AND id <= %s AND NOT several {added}
ORDER BY id
"""
_WAS_ADDED = """AND EXISTS (SELECT 1 FROM paywall_printaccount AS account
    WHERE account.id = staged.id + %s)"""
_ADD_ACCOUNTS = f"""
INSERT INTO paywall_printaccount (publication, number_key, {", ".join(PEOPLE)}, digest,
    first_seen_at, last_seen_at)
SELECT staged.publication, staged.number_key, {", ".join(f"staged.{name}" for name in PEOPLE)},
    found.digest, %s, %s
FROM (
    SELECT number_key, {ACCOUNT_DIGEST}, {BEST_LINE}
    FROM paywall_stagedrow
    WHERE file_id = %s AND publication = %s AND several AND number_key > %s AND number_key <= %s
    GROUP BY number_key
) AS found
JOIN paywall_stagedrow AS staged ON staged.file_id = %s AND staged.publication = %s
    AND staged.several AND staged.number_key = found.number_key
    AND staged.line = found.best %% 1099511627776
WHERE true ORDER BY found.number_key ON CONFLICT (number_key, publication) DO NOTHING
"""
_THEIR_LINES = """
JOIN paywall_printaccount AS account
    ON account.publication = staged.publication AND account.number_key = staged.number_key
WHERE staged.file_id = %s AND staged.publication = %s AND staged.several
    AND staged.number_key > %s AND staged.number_key <= %s AND account.id > %s
"""
_LAST_ACCOUNT = "SELECT COALESCE(MAX(id), 0) FROM paywall_printaccount"
_LAST_KEY = "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'paywall_printaccount'"
_NEXT_KEY = "SELECT nextval(pg_get_serial_sequence('paywall_printaccount', 'id'))"
_KEYS_TAKEN = "SELECT setval(pg_get_serial_sequence('paywall_printaccount', 'id'), %s)"


def add(file: CirculationImport) -> None:
    """Add the accounts that a file has and that are not there; a second time, none are."""
    rows = StagedRow.objects.filter(file=file)
    # No staged row is of an account that was there.
    alone = not file.changed and rows.count() <= file.new
    if file.keys_from is None:
        _reserve_keys(file)
    batch = ADDED if connection.vendor == "postgresql" else BATCH
    for stretch in stretches(rows.filter(pk__gt=file.added_to), batch):
        _add_singles(file, stretch, alone=alone)
        make_way()
    for publication in list(file.publications):
        for span in spans(rows.filter(publication=publication, several=True), BATCH):
            _add_accounts(file, publication, span)
            make_way()


def _reserve_keys(file: CirculationImport) -> None:
    """Choose keys that no account has had: those of the staged rows, so much further on.

    Only imports add accounts, one at a time: nobody else takes them meanwhile.
    """
    first, last = ends_of(StagedRow.objects.filter(file=file))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LAST_ACCOUNT)
        taken = cursor.fetchone()[0]
        cursor.execute(_NEXT_KEY if connection.vendor == "postgresql" else _LAST_KEY)
        start = max(taken, cursor.fetchone()[0]) + 1
        file.keys_from = max(start - first, 0)
        if connection.vendor == "postgresql":
            cursor.execute(_KEYS_TAKEN, [file.keys_from + last])
        file.save(update_fields=["keys_from"])


def _add_singles(file: CirculationImport, stretch: tuple[int, int], *, alone: bool) -> None:
    as_of = connection.ops.adapt_datetimefield_value(file.as_of)
    these = (file.pk, *stretch)
    lines = _LINE.format(account="staged.id + %s", moment=moment()) + _LINES_OF_SINGLES
    with transaction.atomic(), connection.cursor() as cursor:
        hurry()
        new, added = ("", "") if alone else (_IS_NEW, _WAS_ADDED)
        cursor.execute(_ADD_SINGLES.format(new=new), [file.keys_from, as_of, as_of, *these])
        more = [] if alone else [file.keys_from]
        cursor.execute(lines.format(added=added), [file.keys_from, as_of, *these, *more])
        file.added_to = stretch[1]
        file.save(update_fields=["added_to"])


def _add_accounts(file: CirculationImport, publication: str, span: tuple[str, str]) -> None:
    as_of = connection.ops.adapt_datetimefield_value(file.as_of)
    whole = (file.pk, publication)
    lines = _LINE.format(account="account.id", moment=moment()) + _THEIR_LINES
    with transaction.atomic(), connection.cursor() as cursor:
        hurry()
        cursor.execute(_LAST_ACCOUNT)
        last_account = cursor.fetchone()[0]
        cursor.execute(_ADD_ACCOUNTS, [as_of, as_of, *whole, *span, *whole])
        if connection.vendor == "postgresql":  # it cannot know how many were added just now
            cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_nestloop = off")
        cursor.execute(lines, [as_of, *whole, *span, last_account])
