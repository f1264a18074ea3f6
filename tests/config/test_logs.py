import io
import logging
import sys
from collections.abc import Iterator

import pytest
from django.test import Client

from config.logs import OneLine
from tests.making import make_reader

READER = "ines.o'hara+news@mail.example.co.uk"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site writes to its log, as it writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.parametrize(
    "message",
    [
        f"Not Found: /unsubscribe/{READER}",
        "Not Found: /accounts/?email=ines.o%27hara%2Bnews%40mail.example.co.uk&next=/",
        f'Key (email)=({READER}) already exists: "{READER}".',
        f"<{READER}>,{READER.upper()}",
    ],
)
def test_a_line_names_no_reader(message: str) -> None:
    line = OneLine().format(logging.makeLogRecord({"msg": message}))
    assert "[address]" in line
    assert "example" not in line.lower()
    assert "hara" not in line.lower()


def test_a_traceback_is_one_line() -> None:
    try:
        raise ValueError(f"two\nlines, about {READER}")
    except ValueError:
        record = logging.makeLogRecord({"msg": "It\r\nfailed", "exc_info": sys.exc_info()})
    line = OneLine().format(record)
    assert len(line.splitlines()) == 1
    assert r"It\nfailed\nTraceback" in line
    assert "example" not in line


@pytest.mark.django_db
def test_readers_leave_no_address_in_the_log(client: Client, log: io.StringIO) -> None:
    reader = make_reader(READER)
    client.raise_request_exception = False
    client.post("/accounts/login/", {"login": READER, "password": "wrong"})
    client.post("/accounts/login/", {"login": READER, "password": "correct horse"})
    client.post("/accounts/signup/", {"email": READER, "password1": "correct horse"})
    client.post("/accounts/password/reset/", {"email": READER})
    client.get(f"/unsubscribe/{READER}\n/x/")
    client.get("/", headers={"host": READER})
    logging.getLogger("django.request").error("Refused %s", reader)
    lines = log.getvalue().splitlines()
    assert len(lines) >= 2
    for line in lines:
        assert line[:4].isdecimal(), line
        assert "example.co.uk" not in line


@pytest.mark.django_db
def test_what_staff_may_not_do_is_a_line_without_a_traceback(
    client: Client, log: io.StringIO
) -> None:
    client.force_login(make_reader("new@example.com", is_staff=True))
    assert client.get("/admin/paywall/freemode/add/").status_code == 403
    (line,) = log.getvalue().splitlines()
    assert "WARNING django.request Forbidden (Permission denied): /admin/" in line
    assert "Traceback" not in line
