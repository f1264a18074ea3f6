"""A reader's row, loaded by every request of somebody signed in.

Written out, since putting the question together takes longer than the database takes to answer.
"""

# mypy: allow-subclassing-any
# (allauth comes without types)

from collections.abc import Sequence
from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest

from accounts.models import Reader

FIELDS = Reader._meta.concrete_fields
NAMES = [field.attname for field in FIELDS]
COLUMNS = ", ".join(f"accounts_reader.{field.column}" for field in FIELDS)


class ReaderBackend(AuthenticationBackend):
    """Signs in as allauth does, and finds the reader of a session faster."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Reader | None:
        """Check a password, once: what allauth's own backend would say comes out here too.

        That one is listed behind this for the sessions that were made under its name alone.
        """
        reader: Reader | None = super().authenticate(request, **credentials)
        if reader is None:
            raise PermissionDenied("This password is not right.")
        return reader

    def get_user(self, user_id: Any) -> Reader | None:
        return load("WHERE id = %s AND is_active", [user_id])


def load(which: str, values: Sequence[Any]) -> Reader | None:
    """Return the reader whom an SQL condition finds, joins before it included, or None."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM accounts_reader {which}", values)  # noqa: S608  # both are written in our code
        row = cursor.fetchone()
    if row is None:
        return None
    compiler, converters = _from_database(connection.vendor)
    if converters:
        row = next(iter(compiler.apply_converters([row], converters)))
    return Reader.from_db(connection.alias, NAMES, row)


@cache
def _from_database(vendor: str) -> tuple[Any, Any]:
    """Return what makes values of what this kind of database has: SQLite knows no UUID."""
    compiler: Any = Reader.objects.all().query.get_compiler(connection.alias)
    columns = [field.get_col(Reader._meta.db_table) for field in FIELDS]
    return compiler, compiler.get_converters(columns)
