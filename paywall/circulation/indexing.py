"""Filling empty tables first and building their search indexes after, as a paper's first file does.

Row by row, four indexes of a million accounts take longer than the accounts; at once, seconds.
Until they are there, accounts are looked for by reading them all.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, models, transaction

from paywall.circulation.models import PrintAccount

MANY = 50_000  # accounts: fewer are added with their indexes
WAIT = "500ms"  # for who reads the accounts in a long transaction, as a backup does

logger = logging.getLogger(__name__)


@contextmanager
def search_indexes_after(new: int) -> Iterator[None]:
    """Leave out the search indexes of print accounts while the first of these are added.

    `new`: how many are. Whatever lacks afterwards is built, also what a run that was killed had
    left out.
    """
    if new >= MANY and not PrintAccount.objects.exists():
        _drop()
    try:
        yield
    finally:
        _build()


def _drop() -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
            for index in _indexes(there=True):
                cursor.execute(f"DROP INDEX {index.name}")
    except DatabaseError as error:  # somebody reads for long, or the tables are not ours
        logger.info("Circulation: the first accounts are added with their indexes: %s", error)


def _build() -> None:
    """Build one after another, each in a transaction: accounts can be read meanwhile."""
    editor = connection.SchemaEditorClass(connection)  # it words statements here, and runs none
    for index in _indexes(there=False):
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # one core: readers have the others
                cursor.execute("SET LOCAL max_parallel_maintenance_workers = 0")
                cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")  # sorted in memory
            cursor.execute(str(index.create_sql(PrintAccount, editor)))


def _indexes(*, there: bool) -> list[models.Index]:
    with connection.cursor() as cursor:
        table = PrintAccount._meta.db_table
        names = connection.introspection.get_constraints(cursor, table).keys()
    return [index for index in PrintAccount._meta.indexes if (index.name in names) is there]
