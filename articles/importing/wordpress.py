"""Reading a WordPress export (WXR), in two passes so that memory stays constant.

The first pass finds the authors and pictures, which may come after the posts that name them,
and whether the file is whole. https://wordpress.org/documentation/article/tools-export-screen/
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from articles.importing import moments
from articles.importing.attachments import Attachments
from articles.importing.elements import elements, local_name, namespace
from articles.importing.entries import MOST_CATEGORIES, joined_names
from articles.importing.errors import ItemError
from articles.importing.items import Item, Picture, Unread
from articles.importing.pictures import is_picture_address
from articles.importing.reading import Source
from articles.importing.shortcodes import expand
from articles.importing.texts import headline_from, one_line, plain_text


@dataclass(frozen=True, slots=True)
class Site:
    """What a post refers to: its site's address, the authors' names and the pictures."""

    zone: tzinfo
    pictures: Attachments = field(default_factory=Attachments)
    authors: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.addresses[0].rstrip("/") if self.addresses else ""


@contextmanager
def survey(source: Source, *, zone: tzinfo, looked: Callable[[], None]) -> Iterator[Site]:
    """Read the export to its end and give what its posts refer to. Raises SourceError.

    `zone` is that of moments without one; `looked` is called at every item.
    """
    site = Site(zone)
    with closing(site.pictures):
        for _, element in elements(source):
            looked()
            name = local_name(element)
            if name == "author":
                login = _of(element, "author_login")
                site.authors[login] = _of(element, "author_display_name") or login
            elif name in {"base_blog_url", "link"} and element.text:
                site.addresses.insert(0 if name == "base_blog_url" else 1, element.text.strip())
            elif name == "item" and _of(element, "post_type") == "attachment":
                _remember(element, site)
            elif name == "item" and _of(element, "post_type") == "guest-author":
                _introduce(element, site)
        yield site


def _remember(element: Element, site: Site) -> None:
    address = _of(element, "attachment_url") or _of(element, "guid")
    if is_picture_address(address):
        picture = Picture(
            address=address,
            caption=plain_text(_of(element, "encoded", "excerpt"), most=400),
            alt=_meta(element).get("_wp_attachment_image_alt", "")[:300],
        )
        site.pictures.add(_of(element, "post_id"), picture, post=_of(element, "post_parent"))


def _introduce(element: Element, site: Site) -> None:
    """Remember a guest of the Co-Authors plugin, who has no account and so is no author."""
    told = _meta(element)
    if login := told.get("cap-user_login", ""):
        site.authors.setdefault(login, told.get("cap-display_name") or _of(element, "title"))


def read(source: Source, site: Site) -> Iterator[Item | Unread]:
    """Yield the posts, in their order; what is no published post is skipped."""
    number = 0
    for _, element in elements(source):
        if local_name(element) != "item":
            continue
        number += 1
        title = _of(element, "title")
        if why := _no_story(element):
            yield Unread(number, title[:100], why, skipped=True)
            continue
        try:
            yield _item(number, headline_from(title), element, site)
        except ItemError as error:
            yield Unread(number, one_line(title[:1000], most=100), str(error))


def _no_story(element: Element) -> str:
    """Return what the item is instead of a published post, or ""."""
    kind, status = _of(element, "post_type") or "post", _of(element, "status") or "publish"
    if kind != "post":
        return kind
    if status not in {"publish", "future"}:
        return f"post ({status})"
    return "post with a password" if _of(element, "post_password") else ""


def _item(number: int, headline: str, element: Element, site: Site) -> Item:
    text = _of(element, "encoded", "content")
    address, post_id = _of(element, "link"), _of(element, "post_id")
    guid = _of(element, "guid") or address
    if not guid and not post_id:
        raise ItemError("has neither a GUID nor an address nor a number")
    if not re.match(r"(?:https?|tag|urn|uuid):", guid):
        guid = f"{urlsplit(site.address).hostname or 'wordpress'}:{guid or post_id}"
    return Item(
        number=number,
        guid=guid,
        headline=headline,
        html=expand(text, site.pictures, post_id),
        newlines="<!-- wp:" not in text or "<!-- wp:freeform" in text,
        base=address or site.address,
        addresses=tuple(_addresses(address, post_id, site)),
        summary=_of(element, "encoded", "excerpt"),
        byline=_byline(element, site),
        picture=site.pictures.find(_meta(element).get("_thumbnail_id", "")) or Picture(),
        categories=tuple(name for domain, name in _terms(element) if domain == "category"),
        published=moments.from_wordpress(_of(element, "post_date_gmt"), UTC)
        or _from_rss(_of(element, "pubdate"))
        or moments.from_wordpress(_of(element, "post_date"), site.zone),
        updated=moments.from_wordpress(_of(element, "post_modified_gmt"), UTC),
    )


def _addresses(address: str, post_id: str, site: Site) -> Iterator[str]:
    """Yield where the post was found: its link, and WordPress' own address of it."""
    if address:
        yield address
    if post_id.isdecimal() and site.address:
        yield f"{site.address}/?p={post_id}"


def _byline(element: Element, site: Site) -> str:
    """Return the authors: those of the Co-Authors plugin where it is used, else the one."""
    several = [name.removeprefix("cap-") for domain, name in _terms(element) if domain == "author"]
    named = [site.authors[login] for login in several if login in site.authors]
    login = _of(element, "creator")
    return joined_names(named or [site.authors.get(login, login)])


def _terms(element: Element) -> list[tuple[str, str]]:
    found = [child for child in element if local_name(child) == "category"][:MOST_CATEGORIES]
    return [
        (child.get("domain", "category"), plain_text(child.text or "", most=200)) for child in found
    ]


def _meta(element: Element) -> dict[str, str]:
    return {
        _of(child, "meta_key"): _of(child, "meta_value")
        for child in element
        if local_name(child) == "postmeta"
    }


def _of(element: Element, name: str, kind: str = "") -> str:
    """Return the text of the child with this name; `kind` is in its namespace."""
    for child in element:
        if local_name(child) == name and kind in namespace(child):
            return (child.text or "").strip()
    return ""


def _from_rss(text: str) -> datetime | None:
    if " -0001 " in text:  # what WordPress makes of no date, and Python would read as 2001
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
