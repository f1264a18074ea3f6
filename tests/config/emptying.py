"""Emptying the database after a test that commits: Django's way takes half a second.

Most tables are empty. The rows of the others are deleted, in one transaction, at whose end their
foreign keys are looked at. What migrating filled for Django itself, the kinds of content and the
permissions, stays as it is instead of being made anew.
"""

from collections.abc import Sequence
from typing import Any

from django.core.management.commands import flush
from django.db import connection

STAY = {"auth_permission", "django_content_type"}
Operations = type(connection.ops)
truncate = Operations.sql_flush


def sql_flush(
    self: Any, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **more: Any
) -> list[str]:
    """Return the statements that empty the tables."""
    if reset_sequences or not tables:
        return truncate(self, style, tables, reset_sequences=reset_sequences, **more)
    names = [self.quote_name(table) for table in tables if table not in STAY]
    filled = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    with self.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(filled))
        return [f"DELETE FROM {name}" for (name,) in cursor.fetchall()]


def install() -> None:
    """Have the database be emptied so."""
    Operations.sql_flush = sql_flush  # type: ignore[method-assign]  # what this is for
    flush.emit_post_migrate_signal = lambda *_, **__: None  # type: ignore[attr-defined]  # imported there
