"""The lead picture that a feed names for an item (Media RSS, enclosures).

https://www.rssboard.org/media-rss
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from articles.importing.elements import local_name, namespace
from articles.importing.items import Picture
from articles.importing.texts import plain_text

_MEDIA = re.compile(r"https?://(search\.yahoo\.com/mrss|www\.rssboard\.org/media-rss)/?")
_SUFFIX = re.compile(r"\.(avif|gif|jpe?g|png|webp)$", re.IGNORECASE)
_FACES = re.compile(r"(^|\.)gravatar\.com$")  # WordPress.com names the author's face first


def is_media(element: Element) -> bool:
    """Tell whether the element is one of Media RSS."""
    return bool(_MEDIA.fullmatch(namespace(element)))


def picture_of(item: Element) -> Picture:
    """Return the largest picture that the item names, with what is said of it."""
    for candidates in (_contents(item), _enclosures(item), _thumbnails(item)):
        if found := sorted(candidates, key=lambda pair: -_width(pair[1])):
            holder, element = found[0]
            places = (element, holder, item)
            return Picture(
                address=address_in(element),
                caption=_said("description", places, most=400),
                credit=_said("credit", places, most=200),
                alt=_said("title", (element,), most=300),
            )
    return Picture()


def is_picture_address(address: str) -> bool:
    """Tell whether a browser may be sent there for a picture: http(s), and not too long."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(host)
        and len(address) <= 500
        and not re.search(r"[\s\"'<>\\]", address)
        and not _FACES.search(host)
    )


def address_in(element: Element) -> str:
    """Return the address of an element that points to something."""
    return (element.get("url") or element.get("href") or "").strip()


def _contents(item: Element) -> Iterator[tuple[Element, Element]]:
    groups = [child for child in item if is_media(child) and local_name(child) == "group"]
    for holder in (item, *groups):
        for child in holder:
            if is_media(child) and local_name(child) == "content" and _shows(child):
                yield holder, child


def _thumbnails(item: Element) -> Iterator[tuple[Element, Element]]:
    for child in item.iter():
        thumbnail = is_media(child) and local_name(child) == "thumbnail"
        if thumbnail and is_picture_address(address_in(child)):
            yield item, child


def _enclosures(item: Element) -> Iterator[tuple[Element, Element]]:
    for child in item:
        named = local_name(child) == "enclosure" or child.get("rel") == "enclosure"
        if named and _shows(child):
            yield item, child


def _shows(element: Element) -> bool:
    """Tell whether it is a picture, by what it says or, if nothing, by its address."""
    address = address_in(element)
    if not is_picture_address(address):
        return False
    kind = (element.get("medium") or element.get("type") or "").lower()
    if kind:
        return kind.startswith("image")
    return bool(_SUFFIX.search(urlsplit(address).path))


def _width(element: Element) -> int:
    width = element.get("width", "")
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0


def _said(name: str, places: tuple[Element, ...], *, most: int) -> str:
    said = (
        plain_text(child.text or "", most=most)
        for place in places
        for child in place
        if is_media(child) and local_name(child) == name
    )
    return next(filter(None, said), "")
