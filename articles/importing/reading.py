"""Opening a source: a file or a URL, packed or not, and finding out what it is."""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, cast

from articles.importing.decoding import CleanXml, Readable, encoding_of
from articles.importing.errors import SourceError
from articles.importing.fetching import fetch
from articles.importing.webpages import feed_named_by

LARGEST = 8 * 1024**3  # bytes, unpacked
HEAD = 128 * 1024  # bytes in which a source shows what it is
_PROLOGUE = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_WORDPRESS = re.compile(r"https?://wordpress\.org/export/")
_PAGE = re.compile(r"<html\b|<body\b", re.IGNORECASE)
_OF_PAGES = {"html", "head", "body", "title", "meta", "script", "div", "p", "br", "b", "center"}
_FEEDS = {"rss", "feed", "rdf"}


class Kind(StrEnum):
    """What stories are brought from."""

    FEED = "feed"
    WORDPRESS = "WordPress export"


class _Limited:
    """The bytes of a file, unpacked, and no more of them than a source may have."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name, self._read = file, name, 0

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"{self._name} is damaged or cut off: {error}.") from error
        self._read += len(data)
        if self._read > LARGEST:
            limit = LARGEST // 1024**3
            raise SourceError(f"{self._name} has more than {limit} GB: split it.")
        return data


@dataclass(frozen=True, slots=True)
class Source:
    """Where stories are brought from: a file here, and what it holds.

    `name` is what the operator called it; `address` the URL it came from, or "".
    """

    path: Path
    name: str
    kind: Kind
    encoding: str
    address: str = ""

    @property
    def label(self) -> str:
        """Return what stories say that they were imported from."""
        return self.address or self.path.name

    @contextmanager
    def open(self) -> Iterator[Readable]:
        """Give its XML, as UTF-8, from the beginning."""
        with _bytes_of(self.path, self.name) as stream:
            yield CleanXml(stream, self.encoding)


@contextmanager
def open_source(given: str) -> Iterator[Source]:
    """Give the source at a path or an http(s) URL. Raises SourceError."""
    if not re.match(r"[a-z][a-z0-9+.-]+://", given, re.IGNORECASE):
        yield _identified(_checked(given), given)
        return
    with NamedTemporaryFile(prefix="import-") as file:
        fetched = fetch(given, cast("IO[bytes]", file))
        file.flush()
        yield _identified(
            Path(file.name), given, address=fetched.address, server_says=fetched.charset
        )


def _checked(given: str) -> Path:
    path = Path(given)
    try:
        if path.is_dir():
            raise SourceError(f"{given} is a directory: name one file.")
        if not path.exists():
            raise SourceError(f"{given} does not exist.")
        if not path.is_file():
            raise SourceError(f"{given} is no ordinary file.")
        with path.open("rb"):
            return path
    except (OSError, ValueError) as error:
        raise SourceError(f"{given!r} cannot be read: {error}.") from error


@contextmanager
def _bytes_of(path: Path, name: str) -> Iterator[Readable]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield _Limited(cast("IO[bytes]", unpacked), name)
        else:
            yield _Limited(file, name)


def _identified(path: Path, name: str, *, address: str = "", server_says: str = "") -> Source:
    with _bytes_of(path, name) as stream:
        start = stream.read(HEAD)
    with _bytes_of(path, name) as stream:
        encoding = encoding_of(stream, server_says=server_says)
    with _bytes_of(path, name) as stream:
        xml = CleanXml(stream, encoding)
        head = b""
        while len(head) < HEAD and (piece := xml.read()):
            head += piece
    if not head.strip():
        raise SourceError(f"{name} is empty.")
    kind = _kind_of(head.decode("utf-8", "ignore"), start, name, address)
    return Source(path, name, kind, encoding, address)


def _kind_of(head: str, start: bytes, name: str, address: str) -> Kind:
    position = 0
    while found := _PROLOGUE.match(head, position):
        position = found.end()
    if head[position : position + 9].upper() == "<!DOCTYPE":
        raise SourceError(
            f"{name} declares XML entities or a DTD of its own, which are not read here."
        )
    root = _ROOT.match(head, position)
    tag = root[1].lower() if root else ""
    if tag in _FEEDS:
        return Kind.WORDPRESS if _WORDPRESS.search(head) else Kind.FEED
    if tag in _OF_PAGES or (not tag and _PAGE.search(head)):
        raise SourceError(f"{name} is a web page, not a feed.{_advice(head, address)}")
    if tag:
        raise SourceError(
            f"{name} is XML of another kind (<{tag}>): RSS, Atom and WordPress exports are read."
        )
    raise SourceError(
        f"{name} is neither a feed nor a WordPress export: {_looks_like(start)} is not read."
    )


def _advice(page: str, address: str) -> str:
    feed = feed_named_by(page, address)
    return f" It names this feed: {feed}" if feed else ""


def _looks_like(start: bytes) -> str:
    if start.startswith(b"PK"):
        return "a ZIP archive (unpack it first)"
    if start.lstrip()[:1] in (b"{", b"["):
        return "JSON"
    if b"\0" in start or not start.isascii():
        return "what looks like binary data"
    return "plain text"
