"""Unpacking a circulation file and recognising its characters, within limits."""

import bz2
import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from typing import IO, Any, cast

from paywall.circulation.errors import RefusedError

LARGEST = 2 * 1024**3  # bytes, unpacked
HEAD = 4096
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read as cp1252 what is no UTF-8: a file of either kind, or of both, is read right."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("as-cp1252", _as_cp1252)


class _Limited(io.RawIOBase):
    """A stream that ends with a clear answer where it is damaged or has too much in it."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name, self._size = stream, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._stream.read(len(buffer))
        except _DAMAGED as error:
            raise RefusedError(f"{self._name} is damaged or cut off: {error}.") from None
        self._size += len(piece)
        if self._size > LARGEST:
            raise RefusedError(
                f"{self._name} unpacks to more than {LARGEST // 1024**2} MB: split it."
            )
        buffer[: len(piece)] = piece
        return len(piece)


def text_of(file: IO[bytes], name: str, encoding: str = "") -> IO[str]:
    """Return a file's text, unpacked, with the ends of its lines as they are.

    `encoding`: empty to recognise it. Raises RefusedError, here or while it is read: it is empty,
    a web page, packed in a way that is not read, damaged, or too large.
    """
    stream = io.BufferedReader(_Limited(_unpacked(file, name), name), 256 * 1024)
    head = stream.peek(HEAD)[:HEAD]
    if _PAGE.match(head.lstrip(codecs.BOM_UTF8 + codecs.BOM_UTF16).replace(b"\0", b"")):
        raise RefusedError(f"{name} is a web page, not a circulation file.")
    encoding = encoding or _encoding_of(head)
    errors = "as-cp1252" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(stream, encoding, errors, newline="")


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    start = file.read(6)
    file.seek(0)
    if not start:
        raise RefusedError(f"{name} is empty.")
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(file))
    if start == b"\xfd7zXZ\x00":
        return cast("IO[bytes]", lzma.LZMAFile(file))
    if start.startswith(b"PK"):
        return _only_member(file, name)
    return file


def _only_member(file: IO[bytes], name: str) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(file)
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if len(members) != 1:
            raise RefusedError(f"{name} holds {len(members)} files: pack one.")
        return archive.open(members[0])
    except RuntimeError:  # it is encrypted
        raise RefusedError(f"{name} is packed with a password: send it without one.") from None
    except (*_DAMAGED, NotImplementedError) as error:
        raise RefusedError(f"{name} cannot be unpacked: {error}.") from None


def _encoding_of(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    # Text in UTF-16 without a mark: every other byte of what stands in a header is 0.
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even < len(head) // 50:
        return "utf-16-le"
    if even > len(head) // 5 and odd < len(head) // 50:
        return "utf-16-be"
    return "utf-8"
