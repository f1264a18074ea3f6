"""Migrations run beside the code they replace: it goes on writing, and no index keeps it.

A new database is made in fewer steps than those that an older one was made in.
"""

from collections.abc import Iterator

from django.db.migrations import AddField, AddIndex, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

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


def test_upgrading_ends_with_the_tables_that_a_new_database_begins_with() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    new = [each for each in loader.disk_migrations.values() if each.replaces]
    ours = {each.app_label: each for each in new if each.app_label in APPS}
    assert ours.keys() == {"accounts", "paywall"}
    for app, each in ours.items():
        upgraded = tables(loader.project_state(max(each.replaces)), app)
        assert tables(loader.project_state((app, each.name)), app) == upgraded


def tables(state: ProjectState, of: str) -> dict[str, tuple[list[str], ModelState]]:
    """Return each model of the app, and its fields in the order of the columns."""
    return {
        name: (list(each.fields), each) for (app, name), each in state.models.items() if app == of
    }
