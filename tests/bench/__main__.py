"""Measure: `python -m tests.bench [--quick] [--readers N --stories M] [--json FILE]`."""
# ruff: noqa: T201  # a command: it prints what it found

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.bench import grounds, pages, report, serving, stores
from tests.bench.pages import Heat
from tests.bench.stores import Store

READERS = 200  # who come back, of each kind
FIRST_VIEWS = 1200  # a second, so that a machine faster than most has enough of them


def main() -> int:
    """Measure on every store that is there, and print what was found."""
    choice = _choices()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was made is dropped
    if not shutil.which("wrk"):
        print("The benchmark needs wrk, the load generator: apt install wrk.", file=sys.stderr)
        return 1
    facts = report.machine()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()), flush=True)
    services = stores.services()
    if not services:
        print("PostgreSQL and Redis are not measured: DATABASE_URL and REDIS_URL name none.")
    results = dict[str, Sequence[Heat]]()
    with tempfile.TemporaryDirectory(prefix="paywall-bench-") as name:
        folder = Path(name)
        with stores.sqlite(folder) as store:
            results[store.name] = _measure(store, folder, choice, cached=not services)
        if services:
            with stores.postgresql(*services) as store:
                results[store.name] = _measure(store, folder, choice, cached=True)
    if choice.json:
        choice.json.write_text(report.as_json(facts, results))
    return 0


def _choices() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds: a rough idea")
    parser.add_argument("--rounds", type=int, help="how often every page has its turn (5)")
    parser.add_argument("--seconds", type=int, help="how long a turn is (3)")
    parser.add_argument("--connections", type=int, default=8, help="at a time (8)")
    parser.add_argument("--readers", type=int, help="others who are there (none)")
    parser.add_argument("--stories", type=int, default=100_000, help="with --readers (100000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round there")
    choice = parser.parse_args()
    choice.rounds = choice.rounds or (2 if choice.quick else 5)
    choice.seconds = choice.seconds or (1 if choice.quick else 3)
    return choice


def _measure(
    store: Store, folder: Path, choice: argparse.Namespace, *, cached: bool
) -> Sequence[Heat]:
    """Run every heat on one store; `cached`: also with nginx in front, where it is installed."""
    first_readers = FIRST_VIEWS * choice.seconds * (choice.rounds + 1) // 7 + 1
    others = (choice.readers, choice.stories) if choice.readers else None
    with grounds.laid_out(
        store, folder, readers=READERS, first_readers=first_readers, others=others
    ) as heats:
        front: AbstractContextManager[Heat | None] = nullcontext()
        if cached and serving.find_nginx():
            front = grounds.behind_nginx(heats, folder)
        with front as shared:
            measured = [*heats, shared] if shared else heats
            for heat in measured:
                pages.run(
                    heat,
                    rounds=choice.rounds,
                    seconds=choice.seconds,
                    connections=choice.connections,
                    count=store.count,
                )
        backlog = grounds.handle_backlog(store, folder, events=1_000 if choice.quick else 10_000)
    print(f"\n{report.as_text(store.name, measured)}\n{backlog}", flush=True)
    return measured


if __name__ == "__main__":
    sys.exit(main())
