"""Reading RSS and Atom, an item at a time."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import feedparser

from articles.importing.elements import elements, local_name, namespace
from articles.importing.entries import MOST_CATEGORIES, Around, headline_of, item_of, no_story
from articles.importing.errors import ItemError, NotWellFormedError, SourceError
from articles.importing.items import Item, Picture, Unread
from articles.importing.pictures import is_media, is_picture_address, picture_of
from articles.importing.reading import Source
from articles.importing.texts import headline_from, one_line

LARGEST_BROKEN = 3 * 1024**2  # bytes of a feed that is repaired, which takes it into memory
MOST_PARTS = 300  # of an item
_ITEMS = {"item", "entry"}
_END = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_OTHERS = re.compile(rb"(</?)(?:media|itunes)(:(?:description|title|summary|subtitle)\b)")
_CATEGORY = re.compile(rb"<(?:[\w.-]+:)?(?:category|subject)\b")


def check(source: Source, *, looked: Callable[[], None]) -> bool:
    """Read the feed to its end; return whether it is well-formed. Raises SourceError.

    `looked` is called at every item.
    """
    try:
        for _ in elements(source):
            looked()
    except NotWellFormedError as error:
        if error.cut_off:
            raise
        return False
    return True


def read(source: Source, *, well_formed: bool) -> Iterator[Item | Unread]:
    """Yield what stands in the feed, in its order. Raises SourceError."""
    entries = _entries(source) if well_formed else _repaired(source)
    for number, (entry, around) in enumerate(entries, 1):
        if isinstance(entry, Unread):
            yield replace(entry, number=number)
        elif why := no_story(entry):
            yield Unread(number, headline_of(entry), why, skipped=True)
        else:
            try:
                yield item_of(entry, around, number=number, source=source)
            except ItemError as error:
                yield Unread(number, one_line(headline_of(entry), most=100), str(error))


def _entries(source: Source) -> Iterator[tuple[Any, Around]]:
    """Yield what feedparser makes of each item, and what is around it."""
    of_all: list[str] = []
    site = source.address
    for root, element in elements(source):
        if _names_author(element):
            of_all.append(_name_in(element))
        if local_name(element) == "link" and element.get("rel", "alternate") == "alternate":
            site = (element.get("href") or element.text or "").strip() or site
        if local_name(element) not in _ITEMS:
            continue
        around = Around(picture_of(element), _authors_of(element) or of_all, site)
        try:
            entry = _parsed(_alone(root, element))
        except ItemError as error:
            entry = Unread(0, _name_of(element), str(error))
        yield entry, around


def _authors_of(item: Element) -> list[str]:
    """Return who wrote it, as it says; feedparser makes names of long domains of mailboxes."""
    said = [_name_in(child) for child in item if _names_author(child)]
    return [name for name in said if name]


def _names_author(element: Element) -> bool:
    return local_name(element) in {"author", "creator"} and "itunes" not in namespace(element)


def _name_in(element: Element) -> str:
    """Return the name in Atom's `<name>`, in `desk@paper.example (Ann Lee)` or by itself."""
    names = [child.text or "" for child in element if local_name(child) == "name"]
    text = (" ".join(names) or element.text or "")[:500]
    in_brackets = re.fullmatch(r"\s*\S+@\S+\s*\(([^()]*)\)\s*", text)
    return (in_brackets[1] if in_brackets else re.sub(r"<\S+@\S+>", "", text)).strip()


def _name_of(item: Element) -> str:
    texts = {local_name(child): child.text or "" for child in item}
    found = (texts.get(name, "") for name in ("title", "guid", "id", "link"))
    return one_line(next(filter(None, found), "")[:1_000], most=100)


def _alone(root: Element, item: Element) -> bytes:
    """Return the item as a feed of its own, without what feedparser would mistake.

    It takes any second description, be it of a picture or a podcast, for the text of the story,
    and compares every category with every other.
    """
    described = any(_is_description(child) for child in item)
    kept = []
    for child in item:
        if local_name(child) == "title":
            headline_from(child.text or "")
        second = described and local_name(child) == "description" and not _is_description(child)
        if not (second or is_media(child) or "itunes" in namespace(child)):
            kept.append(child)
    item[:] = kept[:MOST_PARTS]
    alone = Element(root.tag, root.attrib)
    holder = SubElement(alone, "channel") if local_name(root) == "rss" else alone
    holder.append(item)
    return bytes(tostring(alone, encoding="utf-8"))


def _is_description(element: Element) -> bool:
    return local_name(element) == "description" and "purl.org/dc" not in namespace(element)


def _parsed(xml: bytes) -> Any:
    try:
        found = _parse(xml).entries
    except Exception as error:  # whatever feedparser stumbles over must not stop the rest
        raise ItemError(f"cannot be read: {error}") from error
    if not found:
        raise ItemError("cannot be read")
    return found[0]


def _parse(xml: bytes) -> Any:
    return feedparser.parse(io.BytesIO(xml), sanitize_html=False, resolve_relative_uris=False)


def _repaired(source: Source) -> Iterator[tuple[Any, Around]]:
    """Yield what can be made out in a feed that breaks the rules of XML, as many do a little."""
    xml = b""
    with source.open() as stream:
        while piece := stream.read(LARGEST_BROKEN):
            xml += piece
            if len(xml) > LARGEST_BROKEN:
                limit = LARGEST_BROKEN // 1024**2
                raise SourceError(f"{source.name} is no well-formed XML, and over {limit} MB.")
    if not _END.search(xml[-4096:]):
        raise SourceError(f"{source.name} ends in the middle of something: it was cut off.")
    parts = re.split(rb"</item|</entry", xml)
    if any(len(_CATEGORY.findall(part)) > MOST_CATEGORIES for part in parts):
        raise SourceError(f"{source.name} is no well-formed XML, and no sensible feed.")
    try:
        feed = _parse(_OTHERS.sub(rb"\1other\2", xml))
    except Exception as error:  # as above
        raise SourceError(f"{source.name} is no well-formed XML: {error}.") from error
    site = feed.feed.get("link", "") or source.address
    for entry in feed.entries:
        pictures = [*entry.get("media_content", []), *entry.get("media_thumbnail", [])]
        addresses = [picture.get("url", "") for picture in pictures]
        authors = [author.get("name", "") for author in entry.get("authors", [])]
        picture = Picture(next(filter(is_picture_address, addresses), ""))
        yield entry, Around(picture, authors, site)
