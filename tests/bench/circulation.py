"""Measure taking in a circulation file: `python -m tests.bench.circulation [--rows N]`.

On each store: the file written bare (COPY into a table without indexes, or executemany) and parsed
with Python's csv, then imported, imported again, imported in another order of its rows, and
article pages meanwhile.
"""
# ruff: noqa: T201  # a command: it prints what it found

import argparse
import csv
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import psycopg

from paywall.circulation.profiles import REQUIRED
from tests.bench import report, serving, stores
from tests.bench.load import Request, ask, read_list
from tests.bench.stores import BARE, SITE, Store

PAUSE = 0.04  # seconds between two article pages
READERS = 50
_FIRST = ("Ana", "Ben", "Carla", "Dieter", "Élodie", "Finn", "Grace", "Hana")
_LAST = ("Okafor", "O'Neil", "Müller", "van der Berg", "Smith", "Kahananui", "Lopez", "Quist")
_STATUSES = ("active",) * 18 + ("hold", "stopped")


def write_file(path: Path, *, rows: int, bad: int, order: int = 0) -> None:
    """Write a file of so many rows, of which some are bad; `order`: in which order."""
    numbers = list(range(rows))
    random.Random(order).shuffle(numbers)
    every = rows // bad if bad else rows + 1
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(REQUIRED)
        writer.writerows(_row(number, bad=number % every == every - 1) for number in numbers)


def _row(number: int, *, bad: bool) -> tuple[str, ...]:
    return (
        f"{number:08d}",
        _FIRST[number % 8],
        _LAST[number // 8 % 8],
        f"{number % 997} Quay Street",
        "Brackwater",
        f"{10000 + number % 80000}",
        f"(555) 01{number % 10}-{number * 7 % 10000:04d}",
        f"print{number}@example.com" if number % 3 else "",
        "MTWRFSU" if number % 4 else "SU",
        "unheard-of" if bad else _STATUSES[number % 20],
        f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}",
    )


@dataclass(frozen=True, slots=True)
class Run:
    """An import: how long, how much of it its process was busy, and its memory at most."""

    seconds: float
    busy: float
    megabytes: float
    said: str

    def __str__(self) -> str:
        return f"{self.busy:.1f} s busy, {self.megabytes:.0f} MB\n  {self.said}"


def bare_seconds(database: str, path: Path) -> tuple[float, float]:
    """Return how long parsing the file takes, and writing it into a table without indexes."""
    begun = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file))
    parsing = time.perf_counter() - begun
    columns = ", ".join(f"{name} text" for name in REQUIRED)
    if database.startswith("sqlite:///"):
        return parsing, _executemany(database.removeprefix("sqlite:///"), columns, path)
    begun = time.perf_counter()
    with psycopg.connect(database) as connection:
        connection.execute(f"CREATE TABLE bare_rows ({columns})")
        with (
            path.open("rb") as file,
            connection.cursor().copy("COPY bare_rows FROM STDIN CSV HEADER") as copy,
        ):
            while piece := file.read(256 * 1024):
                copy.write(piece)
    assert rows > 1
    return parsing, time.perf_counter() - begun


def _executemany(name: str, columns: str, path: Path) -> float:
    with closing(sqlite3.connect(name)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"CREATE TABLE bare_rows ({columns})")
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))  # parsing is measured apart
        begun = time.perf_counter()
        places = ", ".join("?" * len(REQUIRED))
        connection.executemany(f"INSERT INTO bare_rows VALUES ({places})", rows[1:])
        connection.commit()
        return time.perf_counter() - begun


# A small process starts the import: how much memory one has used at most counts what it had
# before it became another program, and ours holds a file.
_STARTER = """
import json, os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss]))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_import(path: Path, environment: dict[str, str]) -> Run:
    """Import the file in a process of its own. Raises RuntimeError unless it is taken."""
    command = [sys.executable, "-c", _STARTER]
    command += [sys.executable, "manage.py", "import_circulation", str(path)]
    done = subprocess.run(
        command, env=environment, cwd=serving.ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"The import failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    *_, said, numbers = done.stdout.strip().splitlines()
    seconds, busy, kilobytes = json.loads(numbers)
    return Run(seconds, busy, kilobytes / 1024, said)


class Pages:
    """Article pages, asked for at the pace of a quiet day; how long each took, in ms."""

    def __init__(self, port: int, requests: Sequence[Request]) -> None:
        self._port, self._requests = port, cycle(requests)
        self._stop = threading.Event()
        self.times: list[float] = []

    def ask_for(self, seconds: float) -> float:
        """Return the 95th percentile over so many seconds."""
        self.times = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until and not self._stop.is_set():
            begun = time.perf_counter()
            answer = ask(self._port, next(self._requests))
            self.times.append((time.perf_counter() - begun) * 1000)
            assert answer.status == 200
            time.sleep(PAUSE)
        return self.p95()

    def p95(self) -> float:
        return sorted(self.times)[len(self.times) * 95 // 100]

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        asking = threading.Thread(target=self.ask_for, args=(3600,))
        asking.start()
        try:
            yield
        finally:
            self._stop.set()
            asking.join()
            self._stop.clear()


def prepare(environment: dict[str, str]) -> None:
    """Make stories to be read, and readers."""
    counts = {"BENCH_READERS": str(READERS), "BENCH_FIRST_READERS": "1"}
    serving.run_module("tests.bench.newspaper", environment | counts)


def measure(store: Store, folder: Path, *, rows: int, seconds: float) -> None:
    """Measure on one store, and print what was found.

    `seconds`: how long pages are asked for before, and after; 0: none are.
    """
    print(f"\n{store.name}, {rows} rows", flush=True)
    file, again = folder / "file.csv", folder / "again.csv"
    bad = max(rows // 1000, 1)
    write_file(file, rows=rows, bad=bad)
    write_file(again, rows=rows, bad=bad, order=1)
    site = store.environment(SITE, folder)
    prepare(site)
    parsing, writing = bare_seconds(store.databases[BARE], file)
    bare = parsing + writing
    print(f"  bare              {bare:7.2f} s  (csv {parsing:.2f}, written {writing:.2f})")
    if seconds:
        first, slower = _among_readers(file, store, folder, seconds)
    else:
        first, slower = run_import(file, site), "not asked for"
    print(
        f"  first             {first.seconds:7.2f} s  {first.seconds / bare:5.1f} times bare, "
        f"{first}\n  pages, p95        {slower}",
        flush=True,
    )
    for name, path in (("the same again", file), ("in another order", again)):
        run = run_import(path, site)
        print(
            f"  {name:17} {run.seconds:7.2f} s  {first.seconds / run.seconds:5.1f} times as fast, "
            f"{run}",
            flush=True,
        )


def _among_readers(file: Path, store: Store, folder: Path, seconds: float) -> tuple[Run, str]:
    """Import while article pages are read; tell how much slower those are."""
    site, port = store.environment(SITE, folder), serving.free_port()
    with serving.granian(
        "config.wsgi:application", port=port, workers=store.workers, environment=site
    ):
        pages = Pages(port, read_list(folder / "free.tsv"))
        pages.ask_for(2)
        before = pages.ask_for(seconds)
        with pages.meanwhile():
            run = run_import(file, site)
        meanwhile = pages.p95()
        usual = (before + pages.ask_for(seconds)) / 2
    told = f"{usual:7.2f} ms usually, {meanwhile:.2f} ms meanwhile: {meanwhile / usual:.2f} times"
    return run, told


def main() -> int:
    """Measure on every store that is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.circulation", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--seconds", type=float, default=10, help="asking for pages; 0: none")
    choice = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was made is dropped
    print("\n".join(f"{name}: {value}" for name, value in report.machine().items()), flush=True)
    services = stores.services()
    with tempfile.TemporaryDirectory(prefix="paywall-bench-") as name:
        folder = Path(name)
        if choice.only != "postgresql":
            with stores.sqlite(folder) as store:
                measure(store, folder, rows=choice.rows, seconds=choice.seconds)
        if services and choice.only != "sqlite":
            with stores.postgresql(*services) as store:
                measure(store, folder, rows=choice.rows, seconds=choice.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
