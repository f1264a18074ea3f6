"""Migrations run beside the code they replace: it goes on writing, and no index keeps it."""

from collections.abc import Iterator

from django.db.migrations import AddField, AddIndex, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from accounts.indexing import AddIndexWhileRead

APPS = {"accounts": "0002_raised_only", "articles": "", "paywall": "0008_staff_and_api"}
OF_NO_READER_YET = {"0010_bytes"}  # print accounts, before a paper had any


def later() -> Iterator[tuple[Migration, Operation]]:
    """Yield what is done after these to tables that were there before."""
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app not in APPS or name <= APPS[app] or name in OF_NO_READER_YET:
            continue
        new = {each.name_lower for each in migration.operations if isinstance(each, CreateModel)}
        for each in migration.operations:
            if getattr(each, "model_name_lower", "") not in new:
                yield migration, each


def told(migration: Migration, operation: Operation) -> str:
    return f"{migration}: {operation.describe()}"


def test_an_index_is_built_while_its_table_is_read_and_written() -> None:
    indexes = [(of, each) for of, each in later() if isinstance(each, AddIndex)]
    assert indexes
    assert not [
        told(of, each)
        for of, each in indexes
        if not isinstance(each, AddIndexWhileRead) or of.atomic
    ]


def test_code_that_does_not_know_a_new_field_may_go_on_adding_rows() -> None:
    fields = [(of, each) for of, each in later() if isinstance(each, AddField)]
    assert fields
    assert not [
        told(of, each)
        for of, each in fields
        if not (each.field.null or each.field.many_to_many or each.field.has_db_default())
    ]
