"""Adding an index while the paper is being read: PostgreSQL builds it without stopping writers."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexWhileRead(AddIndexConcurrently):
    """For migrations with `atomic = False`, which may break off and be run again.

    What a broken one left is dropped first: PostgreSQL keeps an index that is not whole, and an
    index that was finished is not known to be. Other databases build it as ever.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        steps: tuple[Any, ...] = (app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, *steps)
            return
        self._ensure_not_in_transaction(schema_editor)
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(*steps)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        steps: tuple[Any, ...] = (app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, *steps)
            return
        super().database_backwards(*steps)
