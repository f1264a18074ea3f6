"""Turning bytes of any encoding into UTF-8 that an XML parser accepts, a piece at a time."""

import codecs
import re
from typing import Protocol

PIECE = 64 * 1024  # bytes
_BEFORE = re.compile(r"^[\s\ufeff]+")  # what programs leave in front, byte order marks too
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_REAL = re.compile(r"(iso|cp|windows|koi8|mac|big5|gb|shift|sjis|euc|utf|ascii|latin|tis|johab)")
_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)\b[^<>]*?(?=/?>)")
_PREFIXES = {  # that feeds use, and now and then forget to declare
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
_NOT_IN_XML = bytes(number for number in range(32) if number not in b"\t\n\r")
_REFERENCE_NOT_IN_XML = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])"
    rb"|0*6553[45]|[xX]0*[fF]{3}[eEfF]);"
)
# Half a character of UTF-16, as some programs write what is beyond it: &#xD83D;&#xDE00;
_HALF = (
    rb"&#(?:[xX]0*([dD][89a-fA-F][0-9a-fA-F]{2})|0*(5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-3]\d\d));"
)
_HALVES = re.compile(rb"(?:" + _HALF + rb")+")
_HALF_AT_END = re.compile(_HALF + rb"\Z")
_LONGEST_REFERENCE = 16
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
]


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252, which is what they nearly always are."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("stray-windows-1252", _as_windows)


def encoding_of(stream: Readable, *, server_says: str = "") -> str:
    """Return the encoding of what the stream holds, reading it to its end.

    Bytes that are valid UTF-8 and more than ASCII are UTF-8, whatever they claim to be: text in
    another encoding is next to never valid by accident, and a wrong claim is common.
    """
    piece = stream.read(PIECE)
    for mark, encoding in _MARKS:
        if piece.startswith(mark):
            return encoding
    declared = _DECLARED.search(piece)
    decoder = codecs.getincrementaldecoder("utf-8")()
    only_ascii = True
    try:
        while piece:
            only_ascii = only_ascii and piece.isascii()
            decoder.decode(piece)
            piece = stream.read(PIECE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        only_ascii = True  # it is not UTF-8: believe the claims
    if only_ascii:
        for claim in (server_says, declared[1].decode() if declared else ""):
            if encoding := _real(claim):
                return encoding
    return "utf-8"


def _real(claim: str) -> str:
    """Return Python's name for an encoding that texts are written in and that has ASCII, or "".

    Encodings of two or four bytes would have been known by the first bytes.
    """
    if not _REAL.match(claim.lower()):
        return ""
    try:
        if b"<".decode(claim) != "<":
            return ""
        name = codecs.lookup(claim).name
    except (LookupError, UnicodeError):
        return ""
    # What claims to be Latin-1 is Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
    return "cp1252" if name == "iso8859-1" else name


class CleanXml:
    """The same text as UTF-8, without its XML declaration and characters no XML may hold."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=_errors(encoding))
        self._rest = b""
        self._begun = self._ended = False

    def read(self, size: int = PIECE) -> bytes:
        """Return the next piece, which may be longer than asked for; none at the end."""
        while not self._ended:
            read = self._stream.read(PIECE)
            self._ended = not read
            piece = self._clean(self._decoder.decode(read, final=self._ended))
            if piece:
                return piece
        return b""

    def _clean(self, text: str) -> bytes:
        if not self._begun and text:
            self._begun = True
            # The ends of its lines stay, so that errors name the right line.
            for left_out in (_BEFORE, _DECLARATION):
                text = left_out.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
            text = _ROOT.sub(_declare, text, count=1)
        data = self._rest + text.encode("utf-8", "replace")
        data = data.translate(None, _NOT_IN_XML)
        data = data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
        end = data.rfind(b"&", max(len(data) - _LONGEST_REFERENCE, 0))
        if end == -1 or self._ended:
            end = len(data)
        elif half := _HALF_AT_END.search(data, max(end - _LONGEST_REFERENCE, 0), end):
            end = half.start()
        data, self._rest = data[:end], data[end:]
        return _REFERENCE_NOT_IN_XML.sub(b"", _HALVES.sub(_join, data))


def _declare(root: re.Match[str]) -> str:
    missing = (name for name in _PREFIXES if f"xmlns:{name}" not in root[0])
    return root[0] + "".join(f' xmlns:{name}="{_PREFIXES[name]}"' for name in missing)


def _join(halves: re.Match[bytes]) -> bytes:
    """Return the characters whose halves these are, without what has no other half."""
    pairs = re.findall(_HALF, halves[0])
    numbers = [int(in_hex, 16) if in_hex else int(in_tens) for in_hex, in_tens in pairs]
    units = b"".join(number.to_bytes(2, "big") for number in numbers)
    return units.decode("utf-16-be", "ignore").encode()


def _errors(encoding: str) -> str:
    return "stray-windows-1252" if encoding in {"utf-8", "utf-8-sig"} else "replace"
