"""Strangers whom a shared cache served, counted from its log."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from paywall.insights.access_log import count_log, served
from paywall.insights.happenings import What
from paywall.insights.models import CountedLog, CountedStory
from tests.gate.visiting import NOW
from tests.insights.test_counting import number
from tests.insights.test_pages import BROWSER

pytestmark = pytest.mark.django_db

PATH = "/stories/the-bridge/"


def line(**changes: Any) -> bytes:
    entry = {
        "at": "2026-11-30T23:30:00-05:00", "method": "GET", "path": PATH, "status": "200",
        "cache": "HIT", "outcome": "sign_in", "agent": BROWSER, "purpose": "", **changes,
    }  # fmt: skip
    return json.dumps(entry).encode() + b"\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Make a log with a wall and a free story."""
    for key, path in (("article-1", PATH), ("article-2", "/stories/free/")):
        CountedStory.objects.create(key=key, title=key, section="news", address=path)
    log = tmp_path / "counting.log"
    log.write_bytes(line() + line(path="/stories/free/", outcome="free"))
    return log


@pytest.mark.parametrize(
    "changes",
    [
        {"cache": "MISS"}, {"cache": "BYPASS"}, {"cache": ""}, {"status": "304"},
        {"method": "HEAD"}, {"outcome": ""}, {"agent": "Googlebot/2.1"}, {"agent": ""},
        {"purpose": "prefetch"}, {"at": "yesterday"}, {"at": "2026-11-30T23:30:00"},
    ],
)  # fmt: skip
def test_what_nobody_was_given_by_the_cache_is_left_out(changes: dict[str, str]) -> None:
    assert served(line())
    assert served(line(**changes)) is None


@pytest.mark.parametrize("text", [b"\n", b"null\n", b'{"at": 3}\n', b"\xff\xfe\n"])
def test_a_line_that_is_none_is_left_out(text: bytes) -> None:
    assert served(text) is None


def test_walls_and_free_stories_are_counted_on_the_newspapers_day(log: Path) -> None:
    assert count_log(log, now=NOW) == 2
    tuesday = date(2026, 12, 1)  # in UTC, where the paper is
    assert number(What.WALL, day=tuesday) == number(What.WALL, story="article-1") == 1
    assert number(What.OPENED, day=tuesday) == number("free") == 1


def test_nothing_is_counted_twice_however_the_log_grows_and_is_turned(log: Path) -> None:
    assert [count_log(log, now=NOW) for _ in range(2)] == [2, 0]
    with log.open("ab") as file:
        file.write(line() + line()[:-9])  # the last one is being written
    assert count_log(log, now=NOW) == 1
    turned = log.rename(log.with_suffix(".log.1"))
    log.write_bytes(line(at="2026-12-01T08:00:00+00:00"))
    with turned.open("ab") as file:
        file.write(line()[-9:])
    assert [count_log(turned, now=NOW), count_log(log, now=NOW)] == [1, 1]
    packed = turned.with_name("counting.log.2.gz")
    packed.write_bytes(gzip.compress(turned.read_bytes() + line()))
    assert count_log(packed, now=NOW) == 1
    assert number(What.WALL) == 5
    assert CountedLog.objects.count() == 2


def test_pages_that_are_no_stories_are_left_out(log: Path) -> None:
    log.write_bytes(line(path="/stories/unknown/") + line())
    assert count_log(log, now=NOW) == 1


def test_the_command_takes_patterns_and_says_what_it_counted(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("count_access_log", f"{log.parent}/*.log")
    assert capsys.readouterr().out == f"{log}: 2 pages that the cache served\n"
    log.write_text('192.0.2.1 - - "GET / HTTP/1.1" 200\n')
    with pytest.raises(CommandError, match="no JSON in its first line"):
        call_command("count_access_log", str(log))
    with pytest.raises(CommandError, match="No such file"):
        call_command("count_access_log", "/nowhere")
