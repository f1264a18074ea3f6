"""Fetching from the web, where names, redirects and servers are somebody else's."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.importing import fetching
from articles.importing.errors import SourceError
from articles.importing.fetching import fetch, is_global
from articles.models import Article
from tests.articles.importing.making import item, rss

Answer = Callable[[BaseHTTPRequestHandler], None]
PUBLIC = "93.184.215.14"


class Web:
    """A server of ours that every name leads to, and that the guard takes for a public one."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_address[1]
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []

    def address(self, path: str, *, host: str = "feed.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def serve(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else body.encode()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            here.asked.append((self.headers["Host"], self.path))
            here.answers[self.path](self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Web(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    resolve_to(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(fetching, "is_global", lambda address: str(address) == "127.0.0.1")
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name stand for these addresses; return the names that are asked for."""
    asked: list[str] = []

    def answer(host: str, port: int, **options: object) -> list[object]:
        asked.append(host)
        try:
            hosts = [str(ip_address(host))]
        except ValueError:
            hosts = list(addresses)
        return [(None, socket.SOCK_STREAM, 6, "", (each, port)) for each in hosts]

    monkeypatch.setattr(fetching, "getaddrinfo", answer)
    return asked


def fetched(address: str) -> bytes:
    file = BytesIO()
    fetch(address, file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        (PUBLIC, True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        (f"::ffff:{PUBLIC}", True),
        (f"64:ff9b::{PUBLIC}", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("2002:a00:1::", False),
        ("2001:0:7f00:1::", False),
        ("::7f00:1", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("5f00::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    parsed: IPv4Address | IPv6Address = ip_address(address)
    assert is_global(parsed) is public


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "2130706433"],
)
def test_addresses_inside_a_private_network_are_refused(host: str) -> None:
    with pytest.raises(SourceError, match="is inside a private network"):
        fetched(f"http://{host}/feed.xml")


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [PUBLIC, "10.0.0.1"], [PUBLIC, "::1"]])
def test_a_name_for_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolve_to(monkeypatch, *addresses)
    with pytest.raises(SourceError, match=r"feed\.example is inside a private network"):
        fetched("http://feed.example/feed.xml")


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolve_to(monkeypatch, PUBLIC)
    connected = []

    def connect(address: tuple[str, int], *args: object, **options: object) -> socket.socket:
        connected.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(SourceError, match="does not answer"):
        fetched("https://feed.example/feed.xml")
    assert connected == [(PUBLIC, 443)]
    assert asked == ["feed.example"]


def test_the_server_is_asked_by_its_name(web: Web) -> None:
    web.serve("/feed.xml?a=1", "<rss/>", Content_Type="text/xml; charset=KOI8-R")
    file = BytesIO()
    found = fetch(web.address("/feed.xml?a=1#part"), file)
    assert file.getvalue() == b"<rss/>"
    assert found.charset == "koi8-r"
    assert web.asked == [(f"feed.example:{web.port}", "/feed.xml?a=1")]


def test_redirects_are_followed(web: Web) -> None:
    web.serve("/old", "", 301, Location="/new")
    web.serve("/new", "", 302, Location=web.address("/feed.xml", host="other.example"))
    web.serve("/feed.xml", "<rss/>")
    assert fetched(web.address("/old")) == b"<rss/>"
    assert web.asked[-1][0] == f"other.example:{web.port}"


def test_a_redirect_into_a_private_network_is_refused(web: Web) -> None:
    web.serve("/feed.xml", "", 302, Location="http://169.254.169.254/latest/meta-data/")
    with pytest.raises(SourceError, match=r"169\.254\.169\.254 is inside a private network"):
        fetched(web.address("/feed.xml"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x.example/", "http://["])
def test_a_redirect_elsewhere_than_the_web_is_refused(web: Web, target: str) -> None:
    web.serve("/feed.xml", "", 302, Location=target)
    with pytest.raises(SourceError, match=r"is no http or https address|redirects to nowhere"):
        fetched(web.address("/feed.xml"))


def test_redirects_have_an_end(web: Web) -> None:
    web.serve("/feed.xml", "", 302, Location="/feed.xml")
    with pytest.raises(SourceError, match="more than 5 redirects"):
        fetched(web.address("/feed.xml"))
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("ftp://feed.example/x", "no http or https address"),
        ("file:///etc/passwd", "no http or https address"),
        ("http://", "no http or https address"),
        ("http://a b/", "no valid address"),
        ("http://me:secret@feed.example/", "name and password"),
        ("http://name.invalid/", r"name\.invalid was not found"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    def nothing(*args: object, **options: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(fetching, "getaddrinfo", nothing)
    with pytest.raises(SourceError, match=problem) as refused:
        fetched(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "headers", "problem"),
    [
        (404, {}, "answers 404"),
        (500, {}, "answers 500"),
        (304, {}, "answers 304"),
        (302, {}, "redirects to nowhere"),
        (200, {"Content_Encoding": "br"}, "is packed with br"),
    ],
)
def test_an_answer_without_a_feed_is_refused(
    web: Web, status: int, headers: dict[str, str], problem: str
) -> None:
    web.serve("/feed.xml", "", status, **headers)
    with pytest.raises(SourceError, match=problem):
        fetched(web.address("/feed.xml"))


def test_what_is_too_large_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 1_000_000)
    web.serve("/feed.xml", b"x" * 1_500_000)
    with pytest.raises(SourceError, match="is larger than 0 MB"):
        fetched(web.address("/feed.xml"))


def test_what_takes_too_long_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FINISH_WITHIN", -1.0)
    web.serve("/feed.xml", "<rss/>")
    with pytest.raises(SourceError, match="takes longer than"):
        fetched(web.address("/feed.xml"))


def test_a_server_that_sends_a_byte_now_and_then_is_left(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FINISH_WITHIN", 0.2)
    given_up = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b" ")
                if given_up.wait(0.05):
                    break

    web.answers["/feed.xml"] = drip
    begun = time.monotonic()
    with pytest.raises(SourceError, match="takes longer than"):
        fetched(web.address("/feed.xml"))
    assert time.monotonic() - begun < 3
    given_up.set()


def test_an_answer_in_chunks_is_read_to_its_end(web: Web) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"4\r\n<rss\r\n2\r\n/>\r\n0\r\n\r\n")

    web.answers["/feed.xml"] = answer
    assert fetched(web.address("/feed.xml")) == b"<rss/>"


def test_a_server_that_falls_silent_is_left(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ANSWER_WITHIN", 0.1)
    silence = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        silence.wait(5)

    web.answers["/feed.xml"] = wait
    with pytest.raises(SourceError, match="does not answer"):
        fetched(web.address("/feed.xml"))
    silence.set()


def test_an_answer_that_breaks_off_is_refused(web: Web) -> None:
    web.serve("/feed.xml", "<rss>", Content_Length="5000")
    with pytest.raises(SourceError, match="broke off"):
        fetched(web.address("/feed.xml"))


@pytest.mark.django_db
def test_a_packed_answer_is_imported(web: Web) -> None:
    packed = gzip.compress(rss(item(more="<link>https://feed.example/1</link>")).encode())
    web.serve("/feed.xml", packed, Content_Encoding="gzip")
    call_command("import_stories", web.address("/feed.xml"))
    assert Article.objects.get().source == web.address("/feed.xml")


@pytest.mark.django_db
def test_a_page_instead_of_a_feed_names_its_feed(web: Web) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    web.serve("/", f"<!DOCTYPE html><head>{link}</head>", Content_Type="text/html")
    with pytest.raises(CommandError, match=r"names this feed: http://feed\.example:\d+/feed\.xml"):
        call_command("import_stories", web.address("/"))


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate for the name, with its key; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "problem"),
    [
        ("feed.example", True, ""),
        ("feed.example", False, "has no valid certificate"),
        ("other.example", True, "has no valid certificate"),
    ],
    ids=["right", "nobody knows it", "somebody else's"],
)
def test_certificates_are_checked_for_the_name(
    web: Web,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    host: str,
    trusted: bool,
    problem: str,
) -> None:
    path = certificate(tmp_path, "feed.example")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda connection, name, _: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        web.port = listener.getsockname()[1]

        def answer() -> None:
            connection, _ = listener.accept()
            with (
                suppress(OSError),  # a client that does not trust us hangs up
                connection,
                context.wrap_socket(connection, server_side=True) as secure,
            ):
                secure.recv(4096)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = web.address("/feed.xml", host=host, scheme="https")
        if problem:
            with pytest.raises(SourceError, match=problem):
                fetched(address)
        else:
            assert fetched(address) == b"<rss/>"
        thread.join()
    assert names == [host]
