"""Measure staff's screens: `python -m tests.bench.screens [--readers N] [--stories M]`.

A scratch database is filled by `manage.py seed_scale`; then an administrator asks for every list of
the admin as it comes, searched and filtered, the dashboard, the health page and a reader's page.
The targets are fewer than 25 queries for a list, and less than a second for every screen on
PostgreSQL with a million readers.
"""
# ruff: noqa: T201  # a command: it prints what it found

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import report, serving, stores
from tests.bench.stores import SITE, Store

MOST_QUERIES, MOST_MILLISECONDS = 25, 1000
HEAD = f"{'':24}{'':38}{'queries':>8}{'ms':>9}"


def measure(store: Store, folder: Path, *, readers: int, stories: int) -> Sequence[dict[str, Any]]:
    """Fill one store and return every screen that was asked for."""
    environment = store.environment(SITE, folder) | {
        "BENCH_READERS": str(readers),
        "BENCH_STORIES": str(stories),
    }
    printed = serving.run_module("tests.bench.desk", environment)
    seen: list[dict[str, Any]] = json.loads(printed.splitlines()[-1])
    return seen


def as_text(name: str, seen: Sequence[dict[str, Any]]) -> str:
    """Return a store's table, and how many of its lines miss a target."""
    lines = [name, HEAD]
    missed = 0
    for one in seen:
        many = "." in one["screen"] and one["queries"] >= MOST_QUERIES  # a list's are limited
        over = many or one["milliseconds"] >= MOST_MILLISECONDS
        missed += over
        lines.append(
            f"{one['screen']:24}{one['what'][:36]:38}{one['queries']:>8}"
            f"{one['milliseconds']:>9.0f}{'  missed' if over else ''}"
        )
    return "\n".join([*lines, f"{len(seen)} pages, {missed} missed a target"])


def main() -> int:
    """Measure on every store that is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.screens", description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    choice = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was made is dropped
    print("\n".join(f"{name}: {value}" for name, value in report.machine().items()), flush=True)
    services = stores.services()
    with tempfile.TemporaryDirectory(prefix="paywall-bench-") as name:
        folder = Path(name)
        if choice.only != "postgresql":
            with stores.sqlite(folder) as store:
                _tell(store, folder, choice)
        if services and choice.only != "sqlite":
            with stores.postgresql(*services) as store:
                _tell(store, folder, choice)
    return 0


def _tell(store: Store, folder: Path, choice: argparse.Namespace) -> None:
    began = time.monotonic()
    seen = measure(store, folder, readers=choice.readers, stories=choice.stories)
    print(f"\n{as_text(store.name, seen)}", flush=True)
    print(f"in all {time.monotonic() - began:.0f} seconds, filling it among them", flush=True)


if __name__ == "__main__":
    sys.exit(main())
