"""Making an item of what feedparser found in a feed.

https://feedparser.readthedocs.io/en/latest/reference.html
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from articles.importing import moments
from articles.importing.errors import ItemError
from articles.importing.items import Item, Picture
from articles.importing.reading import Source
from articles.importing.texts import LONGEST_HEADLINE, as_html, one_line, plain_text

MOST_CATEGORIES = 100
_GUID_OF_THE_WORLD = re.compile(r"(?:https?|tag|urn|uuid):", re.IGNORECASE)


def no_story(entry: Any) -> str:
    """Return what the entry is instead of a published story, or "".

    A Blogger export has everything in one Atom feed, each entry with its kind as a category.
    """
    if any(key.endswith("draft") and entry[key] == "yes" for key in entry):
        return "draft"
    kinds = [tag.get("term") or "" for tag in entry.get("tags", []) if _is_kind(tag)]
    return next((kind.rpartition("#")[2] for kind in kinds if not kind.endswith("#post")), "")


def _is_kind(tag: Any) -> bool:
    return str(tag.get("scheme") or "").endswith("/2005#kind")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of an entry besides what feedparser makes of it."""

    picture: Picture
    authors: Sequence[str]
    site: str


def item_of(entry: Any, around: Around, *, number: int, source: Source) -> Item:
    """Return the entry as an item. Raises ItemError."""
    link = entry.get("link", "").strip()
    address = joined(around.site, link) if link else ""
    text, summary = _texts(entry)
    html, newlines = _html(text)
    headline = headline_of(entry)
    if len(headline) > LONGEST_HEADLINE:
        raise ItemError(f"has a headline of {len(headline):,} characters")
    return Item(
        number=number,
        guid=_guid(entry, address, headline, source),
        headline=headline,
        html=html,
        newlines=newlines,
        base=joined(address or around.site, text.get("base") or ""),
        addresses=(address,) if address else (),
        summary=_html(summary)[0],
        only_summary=not _contents(entry),
        byline=joined_names(around.authors),
        picture=around.picture,
        categories=_categories(entry.get("tags", [])),
        published=_moment(entry, "published_parsed"),
        updated=_moment(entry, "updated_parsed"),
    )


def joined(base: str, address: str) -> str:
    """Return the address made whole; "" when there is none."""
    try:
        return urljoin(base, address) if address else base
    except ValueError:
        return ""


def _moment(entry: Any, name: str) -> datetime | None:
    return moments.from_struct(entry[name]) if name in entry else None


def headline_of(entry: Any) -> str:
    """Return the entry's title in plain text, or ""."""
    detail = entry.get("title_detail") or {}
    text = detail.get("value", "")
    return one_line(text) if detail.get("type") == "text/plain" else plain_text(text)


def joined_names(names: Iterable[str]) -> str:
    """Return "A, B and C", each name once, without addresses of mailboxes."""
    plain = (re.sub(r"^by\s+", "", plain_text(name), flags=re.IGNORECASE) for name in names)
    kept = list(dict.fromkeys(name for name in plain if name and "@" not in name))
    return " and ".join(filter(None, [", ".join(kept[:-1]), *kept[-1:]]))


def _guid(entry: Any, address: str, headline: str, source: Source) -> str:
    """Return what names the item for ever.

    A bare number or word is a name only within its site: the site's host goes before it, where
    the item or its feed tells that.
    """
    given = entry.get("id", "").strip() or address
    if not given:
        if not headline:
            raise ItemError("has neither a GUID nor an address nor a headline")
        given = f"{headline} ({entry.get('published', '')})"
    if _GUID_OF_THE_WORLD.match(given):
        return str(given)
    host = re.match(r"https?://([^/?#]+)", address or source.address)
    return f"{host[1].lower().removeprefix('www.')}:{given}" if host else str(given)


def _texts(entry: Any) -> tuple[Any, Any]:
    """Return what the entry has for its text, and for a summary besides."""
    summary = entry.get("summary_detail") or {}
    contents = _contents(entry)
    if not contents:
        return summary, {}
    return max(contents, key=lambda content: len(content["value"])), summary


def _contents(entry: Any) -> list[Any]:
    return [content for content in entry.get("content", []) if _is_text(content)]


def _is_text(content: Any) -> bool:
    kind = content.get("type", "")
    return bool(content.get("value", "").strip()) and (kind.startswith("text/") or "html" in kind)


def _html(detail: Any) -> tuple[str, bool]:
    text = detail.get("value", "")
    plain = detail.get("type") == "text/plain"
    return (as_html(text), True) if plain else (text, False)


def _categories(tags: Iterable[Any]) -> tuple[str, ...]:
    terms = (tag.get("label") or tag.get("term") or "" for tag in tags if not _is_kind(tag))
    named = (plain_text(term, most=200) for term in terms)
    return tuple(dict.fromkeys(filter(None, named)))[:MOST_CATEGORIES]
