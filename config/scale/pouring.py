"""Writing many rows fast: COPY on PostgreSQL, executemany elsewhere, memory for some at a time."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Max

BATCH = 20_000  # rows of one transaction

Row = tuple[Any, ...]


def next_id(model: type[models.Model]) -> int:
    """Return the first id that no row has, so that rows may refer to each other by numbers."""
    last = model._default_manager.aggregate(last=Max("pk"))["last"]
    return int(last or 0) + 1


def pour(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows with these columns, the rest at their defaults; return how many they were.

    A column may be named as its field is. JSON is given as Python has it, a moment with its zone.
    """
    fields: list[Any] = [field for field in model._meta.concrete_fields if not _is_key(field)]
    given = [model._meta.get_field(name) for name in names]
    left = [field for field in fields if field not in given]
    rest = tuple(_adapted(field, field.get_default()) for field in left)
    columns = [str(field.column) for field in chain(given, left)]
    adapters = [(at, adapt) for at, field in enumerate(given) if (adapt := _adapter(field))]
    count, source = 0, iter(rows)
    while some := list(islice(source, BATCH)):
        with transaction.atomic():
            _write(model._meta.db_table, columns, _ready(some, adapters, rest))
        count += len(some)
    return count


@contextmanager
def unchecked() -> Iterator[None]:
    """Write without looking each reference up, where the database lets us; they are right here."""
    if connection.vendor != "postgresql":
        with connection.constraint_checks_disabled():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with (
            suppress(DatabaseError),
            transaction.atomic(),
        ):  # for superusers alone
            cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            with suppress(DatabaseError), transaction.atomic():
                cursor.execute("RESET session_replication_role")


def settle(written: Sequence[type[models.Model]]) -> None:
    """Have the tables go on counting after the ids that were given here."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(written)):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _is_key(field: Any) -> bool:
    return field.primary_key and isinstance(field, models.AutoField | models.BigAutoField)


def _ready(
    rows: Iterable[Row], adapters: Sequence[tuple[int, Callable[[Any], Any]]], rest: Row
) -> Iterator[Row]:
    for row in rows:
        if adapters:
            cells = list(row)
            for at, adapt in adapters:
                cells[at] = adapt(cells[at])
            yield (*cells, *rest)
        else:
            yield row + rest


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """Return how a column's values are written, where the driver does not know by itself."""
    if isinstance(field, models.JSONField):
        return json.dumps
    if connection.vendor == "sqlite":
        if isinstance(field, models.DateTimeField):
            return _moment
        if isinstance(field, models.UUIDField):
            return lambda value: value.hex
        if isinstance(field, models.DateField):
            return lambda value: None if value is None else value.isoformat()
    return None


def _moment(value: datetime | None) -> str | None:
    adapted = connection.ops.adapt_datetimefield_value(value) if value else None
    return None if adapted is None else str(adapted)


def _adapted(field: Any, value: Any) -> Any:
    adapt = _adapter(field)
    return adapt(value) if adapt and value is not None else value


def _write(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f'INSERT INTO "{table}" ({named}) VALUES ({places})',  # noqa: S608  # our names
                list(rows),
            )
