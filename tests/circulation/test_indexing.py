"""The first file's accounts are added before the indexes that they are searched by."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paywall.circulation import importing, indexing, swapping
from paywall.circulation.models import PrintAccount
from tests.circulation.files import MONDAY, lines, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_are_many")]
SEARCHED = {index.name for index in PrintAccount._meta.indexes}


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "MANY", 20)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "paywall_printaccount")
    return SEARCHED & set(found)


def words_of_taking(folder: Path, rows: int, *, days: int = 0) -> str:
    with CaptureQueriesContext(connection) as queries:
        assert take(folder, lines(rows), at=MONDAY + timedelta(days=days)).state == "taken"
    return "\n".join(query["sql"] for query in queries)


def test_the_indexes_are_built_once_after_the_first_accounts(tmp_path: Path) -> None:
    words = words_of_taking(tmp_path, 20)
    last = words.rindex("INSERT INTO paywall_printaccount")
    assert all(words.index(f"DROP INDEX {name}") < last for name in SEARCHED)
    assert words.count("CREATE INDEX") == len(SEARCHED)
    assert words.index("CREATE INDEX") > last
    assert indexes() == SEARCHED


@pytest.mark.parametrize(("first", "second"), [(0, 19), (1, 50)], ids=["few", "not the first"])
def test_other_accounts_are_added_with_their_indexes(
    tmp_path: Path, first: int, second: int
) -> None:
    if first:
        take(tmp_path, lines(first))
    words = words_of_taking(tmp_path, second, days=1)
    assert "DROP INDEX" not in words
    assert "CREATE INDEX" not in words


def test_an_error_while_adding_leaves_no_index_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: object) -> NoReturn:
        assert not indexes()
        raise KeyboardInterrupt

    monkeypatch.setattr(swapping, "add", fail)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path, lines(20))
    assert indexes() == SEARCHED


def test_what_a_killed_run_left_out_is_built_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(file: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(swapping, "add", die)
        patched.setattr(indexing, "_build", lambda: None)
        with pytest.raises(KeyboardInterrupt):
            take(tmp_path, lines(20))
    assert not indexes()
    importing.go_on(now=MONDAY)
    assert indexes() == SEARCHED
    assert PrintAccount.objects.count() == 20


def test_where_they_cannot_be_left_out_accounts_are_added_with_them(
    tmp_path: Path,
) -> None:
    def refuse(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.startswith("DROP INDEX"):
            sql = "SELECT * FROM tables_of_others"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert take(tmp_path, lines(20)).state == "taken"
    assert indexes() == SEARCHED
    assert PrintAccount.objects.count() == 20
