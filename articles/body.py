"""Cleaning the text of a story, and splitting off what a preview may show. Pure."""

import html
import re
from html.parser import HTMLParser

import nh3

from articles.markup import (
    ATTRIBUTES,
    CONTAINERS,
    DROPPED,
    EMBEDS,
    INLINE,
    NO_PROSE,
    RENAMED,
    SCHEMES,
    TAGS,
    VOID,
)
from articles.paragraphs import arrange

KEPT_PARAGRAPHS = 10  # the most that PREVIEW_PARAGRAPHS can ask for
SHORTEST = 20  # characters: less is no opening
_EMBED = re.compile(r"https://([a-z0-9.-]+)(/[!-\[\]-~]*)")  # printable ASCII but the backslash
_PIXELS = re.compile(r"[0-9]{1,5}")


def clean(source: str) -> str:
    """Return the HTML as blocks, with nothing in it that runs, tracks or breaks the page."""
    whole = nh3.clean(
        source,
        tags=TAGS | CONTAINERS | set(RENAMED),
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        clean_content_tags=DROPPED,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    return nh3.clean(  # once more, so that nothing depends on how the blocks were arranged
        arrange(whole),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        clean_content_tags=DROPPED,
        url_schemes=SCHEMES,
        link_rel="noopener",
        set_tag_attribute_values={tag: {"loading": "lazy"} for tag in ("iframe", "img")},
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "iframe" and name == "src":
        return value if _may_embed(value) else None
    if name in {"width", "height"} and not _PIXELS.fullmatch(value):
        return None
    return value


def _may_embed(address: str) -> bool:
    match = _EMBED.fullmatch(address)
    return (
        match is not None
        and match[1] in EMBEDS
        and match[2].startswith(EMBEDS[match[1]])
        and ".." not in match[2]
        and "%2e" not in match[2].lower()
    )


def opening_of(cleaned: str) -> list[str]:
    """Return the first paragraphs of a cleaned text, together at most a third of its length.

    The length is that of the prose: tables and captions open no more of it. A first paragraph
    that is too long by itself is cut between words. Pictures, lists and tables are no
    paragraphs; a text without any has no opening.
    """
    blocks = _Blocks(cleaned)
    room = blocks.length // 3
    if room < SHORTEST:
        return []
    opening: list[str] = []
    for markup, text in blocks.paragraphs[:KEPT_PARAGRAPHS]:
        if len(text) > room:
            if not opening and (start := cut(text, room)):
                opening.append(f"<p>{html.escape(start, quote=False)}</p>")
            break
        opening.append(markup)
        room -= len(text)
    return opening


def cut(text: str, room: int) -> str:
    """Return whole words of the text and an ellipsis, in at most that many characters."""
    if len(text) <= room:
        return text
    words = text[: max(room - 1, 0)]
    if not text[len(words)].isspace():
        words = words.rsplit(" ", 1)[0]
    words = words.rstrip(" ,;:–—-")
    return f"{words}…" if words else ""


def plain(cleaned: str) -> str:
    """Return the words of a cleaned text, blocks separated by a space."""
    return _Blocks(cleaned).text


class _Blocks(HTMLParser):
    """Finds the paragraphs that stand by themselves, and the length of all prose."""

    def __init__(self, cleaned: str) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[str, str]] = []
        self.length = 0
        self._all: list[str] = []
        self._open: list[tuple[str, int]] = []  # a tag, and where in the markup it begins
        self._markup: list[str] = []
        self._text: list[str] = []
        self.feed(cleaned)
        self.close()

    @property
    def text(self) -> str:
        return _squeeze("".join(self._all))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self._add(" ")
        if tag not in VOID:
            self._open.append((tag, len(self._markup)))
        if tag not in {"img", "iframe"}:
            self._markup.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        begins = -1
        while self._open:
            opened, begins = self._open.pop()
            if opened == tag:
                break
        if begins == len(self._markup) - 1:  # a link around a picture that was left out
            self._markup.pop()
        elif tag != "iframe":
            self._markup.append(f"</{tag}>")
        if tag not in INLINE:
            self._add(" ")
        if not self._open:
            text = _squeeze("".join(self._text))
            if tag == "p" and text:
                self.paragraphs.append(("".join(self._markup).strip(), text))
            self._markup, self._text = [], []

    def handle_data(self, data: str) -> None:
        self._markup.append(html.escape(data, quote=False))
        self._add(data)

    def _add(self, text: str) -> None:
        self._text.append(text)
        self._all.append(text)
        if not any(tag in NO_PROSE for tag, _ in self._open):
            self.length += len(_squeeze(text))


def _squeeze(text: str) -> str:
    return " ".join(text.split())
