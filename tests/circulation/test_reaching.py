"""Circulation files over HTTP, from a server that is really there."""

import gzip
import logging
import threading
from collections.abc import Iterator
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import LazySettings
from paramiko import PKey, SSHClient, SSHException

from paywall.circulation import importing, reaching
from paywall.circulation.models import CirculationImport
from paywall.circulation.states import ImportState
from tests.circulation.files import DAY, MONDAY, lines, text_of

SECRET = "hunter2"
FILE = gzip.compress(text_of(lines(3)).encode())


class Server(BaseHTTPRequestHandler):
    """Has one file, for who brings the token or the password."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        allowed = SECRET in self.path or "Authorization" in self.headers
        status = 403 if not allowed else 200 if "night.csv.gz" in self.path else 404
        self.send_response(status)
        if status == 200:
            self.send_header("Content-Length", str(len(FILE) + ("short" in self.path)))
            self.send_header("Last-Modified", format_datetime(MONDAY, usegmt=True))
        self.end_headers()
        if status == 200 and self.command == "GET":
            self.wfile.write(FILE)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "state", "says"),
    [
        ("http://{}/night.csv.gz?token=hunter2", ImportState.TAKEN, ""),
        ("http://desk:hunter2@{}/night.csv.gz", ImportState.TAKEN, ""),
        ("http://{}/night.csv.gz", ImportState.REFUSED, "403"),
        ("http://{}/other.csv?token=hunter2", ImportState.REFUSED, "does not exist"),
        ("http://{}/night.csv.gz?short&t=hunter2", ImportState.REFUSED, "cannot be read"),
        ("http://127.0.0.1:9/night.csv?t=hunter2", ImportState.REFUSED, "cannot be read"),
    ],
)
def test_a_file_comes_over_http_and_nothing_tells_the_secret(
    address: str, source: str, state: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = importing.take(source.format(address), profile="standard", now=MONDAY + DAY).file
    file.refresh_from_db()
    assert (file.state, file.rows) == (state, 3 if state == ImportState.TAKEN else 0)
    assert says in file.why
    if state == ImportState.TAKEN:
        assert file.as_of == MONDAY, "when its server says it was made"
    assert SECRET not in f"{file.source}{file.why}{caplog.text}"
    assert CirculationImport.objects.count() == 1


def test_what_speaks_to_servers_logs_no_address() -> None:
    for name in ("fsspec.http", "aiohttp.client", "botocore.auth", "paramiko.transport"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


class AKey(PKey):
    def asbytes(self) -> bytes:
        return b"a server's key"


@pytest.mark.parametrize("named", ["", "right", "another"])
def test_a_server_is_known_by_its_key(
    named: str, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    fingerprint = "SHA256:AfpH00SKUpiuc68a7sVUbADs/WEC6AtLweIkdxITFV0"
    settings.CIRCULATION_HOST_KEY = {"right": fingerprint, "another": "SHA256:AAAA"}.get(named, "")
    policy = reaching._host_key_policy()
    if named == "another":
        with pytest.raises(SSHException, match="the server's key is SHA256:"):
            policy.missing_host_key(SSHClient(), "files.example", AKey())
    else:
        policy.missing_host_key(SSHClient(), "files.example", AKey())
    assert ("set CIRCULATION_HOST_KEY=SHA256:" in caplog.text) is (named == "")
