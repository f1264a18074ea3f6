"""The benchmark measures what it says; how fast is not asked here."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.bench import grounds, serving, stores
from tests.bench.load import ask
from tests.bench.pages import Heat, Page, check

pytestmark = pytest.mark.xdist_group("bench")  # what is measured is laid out once


@pytest.fixture(scope="module")
def heats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Heat]]:
    """Return the pages as they are measured, on the store that the tests run on."""
    folder = tmp_path_factory.mktemp("bench")
    services = stores.named_services()
    with (
        stores.postgresql(*services) if services else stores.sqlite(folder) as store,
        grounds.laid_out(store, folder, readers=2, first_readers=2) as found,
    ):
        yield found


def test_every_request_has_the_outcome_that_it_is_measured_as(heats: Sequence[Heat]) -> None:
    asked = [check(page, request) for page in _pages(heats) for request in page.requests]
    assert len(asked) > 30


def test_a_story_opened_by_the_benchmark_is_no_first_view_again(heats: Sequence[Heat]) -> None:
    first = heats[1].pages[3]
    ask(first.port, first.requests[0])
    with pytest.raises(RuntimeError, match="instead of “metered”"):
        check(first, first.requests[0])


def test_the_constant_is_the_preview(heats: Sequence[Heat]) -> None:
    constant, preview = (check(page, page.requests[0]).body for page in heats[0].pages)
    assert constant == preview


def test_the_bare_page_is_as_long_as_a_readers(heats: Sequence[Heat]) -> None:
    bare, free, subscriber, _ = heats[1].pages
    length = _length(bare)
    assert _length(free) == length
    assert _length(subscriber) == pytest.approx(length, rel=0.05)


def test_the_bare_page_knows_its_reader(heats: Sequence[Heat]) -> None:
    bare = heats[1].pages[0]
    bodies = {check(bare, request).body for request in bare.requests}
    assert len(bodies) == 2


def _length(page: Page) -> int:
    return len(check(page, page.requests[0]).body)


def _pages(heats: Sequence[Heat]) -> Iterator[Page]:
    for heat in heats:
        yield from heat.pages


def test_a_backlog_is_handled_at_the_first_look(tmp_path: Path) -> None:
    with stores.sqlite(tmp_path) as store:
        environment = store.environment(stores.SITE, tmp_path) | {
            "BENCH_READERS": "1",
            "BENCH_FIRST_READERS": "1",
        }
        serving.run_module("tests.bench.newspaper", environment)
        assert "a backlog of 12 events" in grounds.handle_backlog(store, tmp_path, events=12)
