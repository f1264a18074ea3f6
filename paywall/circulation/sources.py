"""Fetching a circulation file from wherever fsspec reaches, into a file of our own.

SOURCE may hold a password or a signed address: what is kept, shown and logged never does.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from tempfile import TemporaryFile
from typing import IO, Any, cast
from urllib.parse import parse_qsl, unquote

from paywall.circulation.errors import RefusedError
from paywall.circulation.reaching import reached

LARGEST = 512 * 1024**2  # bytes, as the file is sent
PIECE = 1024**2
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_INSTALL = {
    "sftp": "sftp",
    "ssh": "sftp",
    "s3": "s3",
    "s3a": "s3",
    "http": "http",
    "https": "http",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came. `made_at`: when its source says it was made, or None."""

    file: IO[bytes]
    name: str
    sha256: str
    made_at: datetime | None


def shown(source: str) -> str:
    """Return a source as it may be kept and shown: no name, password, query or fragment."""
    return "::".join(_part_shown(part) for part in source.split("::"))[-500:]


def _part_shown(part: str) -> str:
    if not _SCHEME.match(part):
        return part
    scheme, rest = part.split("://", 1)
    address = re.split(r"[?#]", rest, maxsplit=1)[0]
    before, _, after = address.rpartition("@")
    # A password may hold a slash, and a path an @.
    if ":" in before or "/" not in before:
        address = after
    return f"{scheme}://{address}"


@contextmanager
def fetched(source: str) -> Iterator[Fetched]:
    """Give what is at the source. Raises RefusedError."""
    with TemporaryFile(prefix="circulation-") as file:
        try:
            with reached(source) as (found, path, info):
                if info.get("type") == "directory":
                    raise RefusedError(f"{shown(source)} is a directory: name one file.")
                with found.open(path, "rb") as stream:
                    sha256 = copy(stream, cast("IO[bytes]", file), shown(source))
        except RefusedError:
            raise
        except ImportError:
            raise RefusedError(_to_install(source)) from None
        except Exception as error:  # each file system has errors of its own
            raise RefusedError(_what_failed(error, source)) from None
        file.seek(0)
        yield Fetched(cast("IO[bytes]", file), shown(source), sha256, made_at(info))


@contextmanager
def uploaded(pieces: Iterator[bytes], name: str) -> Iterator[Fetched]:
    """Give a file that staff sent. Raises RefusedError."""
    with TemporaryFile(prefix="circulation-") as file:
        sha256 = _write(pieces, cast("IO[bytes]", file), name)
        file.seek(0)
        yield Fetched(cast("IO[bytes]", file), name[-500:], sha256, None)


def copy(stream: Any, file: IO[bytes], name: str) -> str:
    """Write a stream to a file and return its SHA-256 in hexadecimal. Raises RefusedError."""
    return _write(iter(lambda: stream.read(PIECE), b""), file, name)


def _write(pieces: Iterator[bytes], file: IO[bytes], name: str) -> str:
    seen, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise RefusedError(f"{name} is larger than {LARGEST // 1024**2} MB.")
        seen.update(piece)
        file.write(piece)
    return seen.hexdigest()


def made_at(info: Mapping[str, Any]) -> datetime | None:
    """Return when a file was last written, by what its file system tells; None if it does not."""
    for name in (
        "mtime",
        "LastModified",
        "last_modified",
        "Last-Modified",
        "modified",
        "updated",
    ):
        value = info.get(name)
        if isinstance(value, str):  # of HTTP
            with suppress(ValueError):
                value = parsedate_to_datetime(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


def _to_install(source: str) -> str:
    scheme = source.partition("://")[0].rpartition("::")[2].lower()
    extra = _INSTALL.get(scheme, scheme)
    return f'{scheme} needs a package that is not installed: pip install "fsspec[{extra}]"'


def _what_failed(error: Exception, source: str) -> str:
    # Over HTTP whatever fails is a file that is not found, because of something else.
    why = error.__cause__ if isinstance(error, FileNotFoundError) else None
    if isinstance(error, FileNotFoundError) and (not why or getattr(why, "status", 0) == 404):
        return f"{shown(source)} does not exist."
    return f"{shown(source)} cannot be read: {_without_secrets(why or error, source)}"


def _without_secrets(error: BaseException, source: str) -> str:
    """Return what an error says, unless it says something that SOURCE hides from `shown`."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    told = unquote(text)
    if any(secret in told for secret in _secrets(source)):
        return type(error).__name__
    return text[:300]


def _secrets(source: str) -> set[str]:
    secrets = set()
    for part in source.split("::"):
        if _SCHEME.match(part):
            rest = part.split("://", 1)[1]
            address, _, query = rest.partition("?")
            before = address.rpartition("@")[0]
            secrets |= {before.partition(":")[2], query, *(value for _, value in parse_qsl(query))}
            secrets.add(rest.partition("#")[2])
    return {unquote(secret) for secret in secrets if secret}
