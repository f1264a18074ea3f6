"""The benchmark measures what it says; how fast is not asked here."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.bench import grounds, stores
from tests.bench.load import ask
from tests.bench.pages import Heat, Page, check


@pytest.fixture
def heats(tmp_path: Path, migrated: Path) -> Iterator[Sequence[Heat]]:
    """Return the pages as they are measured, on the store that the tests run on."""
    services = stores.named_services()
    shutil.copy(migrated, tmp_path / "site.sqlite3")
    with (
        stores.postgresql(*services) if services else stores.sqlite(tmp_path) as store,
        grounds.laid_out(store, tmp_path, readers=2, first_readers=2) as found,
    ):
        yield found


def test_the_pages_are_what_they_are_measured_as(heats: Sequence[Heat]) -> None:
    """One test, since laying them out takes seconds."""
    strangers, readers = heats[0].pages, heats[1].pages
    constant, preview = (check(page, page.requests[0]).body for page in strangers)
    assert constant == preview
    bare, free, subscriber, first = readers
    assert _length(free) == _length(bare)
    assert _length(subscriber) == pytest.approx(_length(bare), rel=0.05)
    assert len({check(bare, request).body for request in bare.requests}) == 2, "of each reader"
    asked = [check(page, request) for page in _pages(heats) for request in page.requests[1:]]
    assert len(asked) > 20
    ask(first.port, first.requests[0])
    with pytest.raises(RuntimeError, match="instead of “metered”"):
        check(first, first.requests[0])


def _length(page: Page) -> int:
    return len(check(page, page.requests[0]).body)


def _pages(heats: Sequence[Heat]) -> Iterator[Page]:
    for heat in heats:
        yield from heat.pages


def test_a_backlog_is_handled_at_the_first_look(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "site.sqlite3")
    with stores.sqlite(tmp_path) as store:
        assert "a backlog of 12 events" in grounds.handle_backlog(store, tmp_path, events=12)
