"""Both applications made ready and served on one store, and what runs there."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import serving
from tests.bench.load import Request, ask, read_list
from tests.bench.pages import Heat, Page, check
from tests.bench.stores import BARE, SITE, Store
from tests.bench.telling import signed_events

MOST_WEBHOOKS = 4000  # a second, more than any machine takes


@contextmanager
def laid_out(
    store: Store,
    folder: Path,
    *,
    readers: int,
    first_readers: int,
    others: tuple[int, int] | None = None,
) -> Iterator[list[Heat]]:
    """Serve the newspaper and the bare application, whose pages are as long as the newspaper's.

    `readers` come back, of each kind; `first_readers` open seven stories each; `others`: how many
    readers and stories are there besides. Raises RuntimeError where a page is not what it is
    measured as.
    """
    counts = {"BENCH_READERS": str(readers), "BENCH_FIRST_READERS": str(first_readers)}
    site = store.environment(SITE, folder) | counts
    if others:
        site |= {"BENCH_OTHER_READERS": str(others[0]), "BENCH_OTHER_STORIES": str(others[1])}
    serving.run_module("tests.bench.newspaper", site)
    names = ("preview", "free", "subscriber", "first")
    preview, free, subscriber, first = (read_list(folder / f"{name}.tsv") for name in names)
    with ExitStack() as stack:
        at, bare_at = serving.free_port(), serving.free_port()
        stack.enter_context(
            serving.granian(
                "config.wsgi:application", port=at, workers=store.workers, environment=site
            )
        )
        (folder / "preview.html").write_bytes(ask(at, preview[0]).body)
        size = len(ask(at, free[0]).body)
        bare = store.environment(BARE, folder) | counts | {"BENCH_BYTES": str(size)}
        serving.run_module("tests.bench.bare", bare)
        stack.enter_context(
            serving.granian(
                "tests.bench.bare:application",
                port=bare_at,
                workers=store.workers,
                environment=bare,
            )
        )
        page = read_list(folder / "bare.tsv")
        yield [
            Heat(
                (
                    Page("bare: a constant", bare_at, [Request("/constant/")]),
                    Page("preview, stranger", at, preview, "sign_in", target=0.8),
                )
            ),
            Heat(
                (
                    Page("bare: session, user, one row", bare_at, page),
                    Page("re-read, free account", at, free, "read_before", target=1.0),
                    Page("re-read, subscriber", at, subscriber, "entitled", target=1.0),
                    Page("first view", at, first, "metered", once=True, target=0.6),
                )
            ),
            Heat(
                (
                    Page("bare: session, user, one row", bare_at, page),
                    Page(
                        "a webhook, kept",
                        at,
                        signed_events(2),
                        once=True,
                        target=0.5,
                        adds="paywall_stripeevent",
                        anew=lambda seconds: signed_events(MOST_WEBHOOKS * seconds),
                    ),
                )
            ),
            _asked("a reader", folder, at, bare_at, bare="bare-api", ours="reader"),
            _asked("a server key", folder, at, bare_at, bare="bare-key", ours="key"),
        ]


def _asked(who: str, folder: Path, at: int, bare_at: int, *, bare: str, ours: str) -> Heat:
    """Return the API's look and open, next to a view that knows its caller and reads one row."""
    alike, look, open_, again = (
        read_list(folder / f"{name}.tsv")
        for name in (bare, f"look-{ours}", f"open-{ours}", f"again-{ours}")
    )
    return Heat(
        (
            Page(f"bare DRF, {who}, one row", bare_at, alike),
            Page(f"look, {who}", at, look, "read_before", target=0.7),
            Page(f"open, {who}", at, open_, "metered", once=True, target=0.7),
            Page(f"the same again, {who}", at, again, "metered", target=0.7),
        )
    )


def handle_backlog(store: Store, folder: Path, *, events: int) -> str:
    """Have a backlog of events handled by one process; return what that took, in words."""
    environment = store.environment(SITE, folder) | {"BENCH_EVENTS": str(events)}
    printed = serving.run_module("tests.bench.backlog", environment)
    found = json.loads(printed.splitlines()[-1])
    return (
        f"a backlog of {found['events']:,} events: {found['events'] / found['seconds']:,.0f} a "
        f"second, {found['queries']:.1f} queries each, no row looked at twice"
    )


@contextmanager
def behind_nginx(heats: Sequence[Heat], folder: Path) -> Iterator[Heat]:
    """Put nginx in front of the newspaper, as a shared cache that signed-in readers go past."""
    strangers, readers = heats[0].pages[1], heats[1].pages[1]
    port = serving.free_port()
    with serving.nginx(port=port, behind=strangers.port, folder=folder):
        cached = Page("preview from the cache", port, strangers.requests, "sign_in", target=0.8)
        for request in [*cached.requests, *cached.requests]:
            answer = check(cached, request)
        if answer.cache != "HIT":
            raise RuntimeError(f"A second preview came from nginx as {answer.cache}, not HIT.")
        past = Page("re-read through nginx", port, readers.requests, "read_before")
        if (cache := check(past, past.requests[0]).cache) != "BYPASS":
            raise RuntimeError(f"A reader's page came from nginx as {cache}, not BYPASS.")
        yield Heat((Page("nginx: a file", port, [Request("/preview.html")]), cached))
