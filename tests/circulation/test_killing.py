"""An import that is killed at any moment ends, with the next one, as if it had not been."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from paywall.circulation import importing, locking
from paywall.circulation.locking import BusyError
from paywall.circulation.models import CirculationImport, PrintAccount, PrintLine
from tests.circulation.files import (
    DAY,
    MONDAY,
    a_line,
    activate,
    everything,
    is_open,
    lines,
    nothing_staged,
    take,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 20
ROWS = 400
# A process that has others take a file, one after another, in batches of a few rows, so that there
# are many moments to die in. Each is a copy of it that has not connected to the database yet.
NURSE = """
import os, sys, time
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from datetime import datetime
from django.db import connection
from paywall.circulation import adding, following, importing, indexing, judging, meeting
from paywall.circulation import staging, swapping
for module in (adding, following, judging, meeting, staging, swapping):
    module.BATCH = 20
staging.COPIED = adding.ADDED = indexing.MANY = staging.RUN = 20
def slowly(execute, sql, params, many, context):
    time.sleep(0.001)
    return execute(sql, params, many, context)
for order in sys.stdin:
    path, at = order.split()
    child = os.fork()
    if not child:
        print("begins", os.getpid(), flush=True)
        with connection.execute_wrapper(slowly):
            answer = importing.take(path, profile="standard", now=datetime.fromisoformat(at))
        print("ends", answer.file.state, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Nurse:
    """Has processes take in a file, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def have_taken(self, path: Path, at: datetime) -> int:
        """Return the id of the process that has just begun."""
        assert self._process.stdin
        self._process.stdin.write(f"{path} {at.isoformat()}\n")
        self._process.stdin.flush()
        begins, _, process_id = self._line().partition(" ")
        assert begins == "begins"
        return int(process_id)

    def wait(self) -> str:
        """Wait until it is gone; return what it said last."""
        said = ""
        while (line := self._line()) != "gone":
            said = line
        return said

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "it died"
        return line.strip()


@pytest.fixture
def nurse() -> Iterator[Nurse]:
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        db = connection.settings_dict
        secret = f":{db['PASSWORD']}" if db["PASSWORD"] else ""
        url = f"postgres://{db['USER']}{secret}@{db['HOST']}:{db['PORT'] or 5432}/{name}"
    with subprocess.Popen(
        [sys.executable, "-c", NURSE],
        env={**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "2"},
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Nurse(process)


def tonight() -> list[dict[str, str]]:
    """Return rows of which some are new, some changed, some stopped, one moved, some missing."""
    rows = lines(ROWS)[20:]
    for row in rows[::7]:
        row["last_name"] = "Changed"
    rows[0] |= {"status": "stopped", "paid_through": "2026-01-01"}
    moved = a_line(5000, former_account_number="1001")
    return [*rows, moved, *(a_line(9000 + number) for number in range(60))]


def test_killed_at_twenty_moments_it_ends_as_if_it_had_not_been(
    tmp_path: Path, nurse: Nurse
) -> None:
    take(tmp_path, lines(ROWS))
    moving, stopping = activate(1001), activate(1020)
    for number in range(1100, 1125):
        activate(number)
    path = write(tmp_path / "tonight.csv", tonight(), at=MONDAY + DAY)
    old = dict(PrintAccount.objects.values_list("number", "digest"))
    chance = random.Random(4)
    states = set()
    for _ in range(KILLS):
        process_id = nurse.have_taken(path, MONDAY + DAY)
        time.sleep(chance.uniform(0, 0.35))
        with contextlib.suppress(ProcessLookupError):  # it has come to its end already
            os.kill(process_id, signal.SIGKILL)
        nurse.wait()
        states.add(CirculationImport.objects.latest("pk").state)
        _each_account_is_whole(old)
        assert is_open(moving, MONDAY + DAY)
    nurse.have_taken(path, MONDAY + DAY)
    assert nurse.wait() == "ends taken"
    assert {"staging", "swapping"} & states, states
    ended = everything()
    moving.refresh_from_db()
    assert moving.account.number == "5000"
    assert not is_open(stopping, MONDAY + DAY)
    assert nothing_staged()
    assert not CirculationImport.objects.filter(state__in=["staging", "swapping"]).exists()

    CirculationImport.objects.all().delete()
    PrintAccount.objects.all().delete()
    take(tmp_path, lines(ROWS), name="first.csv", at=MONDAY + DAY)
    take(tmp_path, tonight(), name="again.csv", at=MONDAY + DAY)
    assert everything() == ended


def _each_account_is_whole(old: dict[str, int]) -> None:
    """Every account is as before, with its line, or as in the new file, with that one's."""
    found = PrintAccount.objects.values_list("number", "digest", "last_name", "lines__status")
    assert len(found) == PrintAccount.objects.count() == PrintLine.objects.count()
    for number, digest, last_name, status in found:
        if old.get(number) == digest:
            assert (last_name, status) == (f"Reader{number}", "active")
        elif number == "1020":
            assert (last_name, status) == ("Changed", "stopped")
        else:
            assert status == "active"
            assert last_name in {"Changed", f"Reader{number}"}


def test_a_swap_that_broke_off_goes_on_with_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, lines(40))
    activation = activate(1030)
    rows = lines(40)
    rows[30] |= {"status": "stopped", "paid_through": "2026-01-01"}
    monkeypatch.setattr("paywall.circulation.swapping.follow", _broken)
    with pytest.raises(ZeroDivisionError):
        take(tmp_path, [*rows, a_line(7)], at=MONDAY + DAY)
    assert CirculationImport.objects.latest("pk").state == "swapping"
    assert is_open(activation, MONDAY + DAY)  # endings come last
    monkeypatch.undo()
    assert importing.go_on(now=MONDAY + DAY)
    assert not is_open(activation, MONDAY + DAY)
    assert not importing.go_on(now=MONDAY + DAY)
    assert nothing_staged()


def _broken(*args: object, **kwargs: object) -> None:
    raise ZeroDivisionError


def test_of_two_imports_at_once_one_is_told_to_come_back(tmp_path: Path, nurse: Nurse) -> None:
    path = write(tmp_path / "tonight.csv", lines(ROWS), at=MONDAY)
    nurse.have_taken(path, MONDAY)
    give_up_at = time.monotonic() + 20
    while not CirculationImport.objects.exists() and time.monotonic() < give_up_at:
        time.sleep(0.01)
    with pytest.raises(BusyError, match="try again"):
        take(tmp_path, lines(3))
    nurse.wait()
    assert PrintAccount.objects.count() == ROWS


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locking.one_at_a_time():
        raise ZeroDivisionError
    with locking.one_at_a_time():
        pass
