"""Reading XML of any length, an element at a time."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from articles.importing.decoding import PIECE, Readable
from articles.importing.errors import NotWellFormedError, SourceError
from articles.importing.reading import Source

DEEPEST = 500  # elements in elements
LARGEST = 32 * 1024**2  # bytes of one element
CUT_OFF = {3, 5, 6, 20}  # expat: no element found, unclosed token, partial character, CDATA open


class _Measured:
    """Counts what was read since the last element was done."""

    def __init__(self, stream: Readable, name: str) -> None:
        self._stream, self.name = stream, name
        self.pending = 0

    def read(self, size: int = PIECE, /) -> bytes:
        data = self._stream.read(size)
        self.pending += len(data)
        if self.pending > LARGEST:
            limit = LARGEST // 1024**2
            raise SourceError(f"{self.name} has one element of more than {limit} MB.")
        return data


def elements(source: Source) -> Iterator[tuple[Element, Element]]:
    """Yield the root and, one by one, the parts of the channel (RSS) or of the root (Atom, RDF).

    A part is gone when the next one is asked for: no more than one is in memory. Raises
    SourceError, NotWellFormedError where the XML breaks its rules.
    """
    with source.open() as stream:
        measured = _Measured(stream, source.name)
        try:
            yield from _parts(measured)
        except ParseError as error:
            raise _not_well_formed(error, source.name) from error
        except DefusedXmlException as error:
            raise SourceError(
                f"{source.name} declares XML entities or a DTD of its own, which are not read here."
            ) from error


def _parts(measured: _Measured) -> Iterator[tuple[Element, Element]]:
    path: list[Element] = []
    for event, element in iterparse(measured, events=("start", "end")):
        if event == "start":
            path.append(element)
            if len(path) > DEEPEST:
                raise SourceError(f"{measured.name} has elements {DEEPEST} levels deep.")
            continue
        path.pop()
        if not path or (len(path) == 1 and local_name(element) == "channel"):
            continue
        if len(path) == 1 or (len(path) == 2 and local_name(path[1]) == "channel"):
            element.tail = None
            yield path[0], element
            path[-1].remove(element)
            measured.pending = 0


def _not_well_formed(error: ParseError, name: str) -> NotWellFormedError:
    line, _ = error.position
    if error.code in CUT_OFF:
        message = f"{name} ends in the middle of something (line {line}): it was cut off."
        return NotWellFormedError(message, cut_off=True)
    what = str(error).split(":", 1)[0]
    message = f"{name} is no well-formed XML in line {line}: {what}."
    return NotWellFormedError(message, cut_off=False)


def local_name(element: Element) -> str:
    """Return the element's name without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def namespace(element: Element) -> str:
    """Return the element's namespace, or ""."""
    return str(element.tag).rpartition("}")[0].lstrip("{")
