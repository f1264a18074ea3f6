"""Cleaning the text of a story, and splitting off what a preview may show."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

KEPT_PARAGRAPHS = 10  # the most that PREVIEW_PARAGRAPHS can ask for

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "blockquote", "cite", "q", "pre", "code"),
    *("a", "abbr", "b", "strong", "i", "em", "s", "del", "ins", "mark", "small", "sub", "sup"),
    *("ul", "ol", "li", "dl", "dt", "dd", "time", "figure", "figcaption", "img", "iframe"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "col": {"span"},
    "iframe": {"src", "title", "width", "height", "allowfullscreen"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
EMBEDS = {  # host: what its paths begin with
    "www.youtube-nocookie.com": "/embed/",
    "www.youtube.com": "/embed/",
    "player.vimeo.com": "/video/",
    "www.openstreetmap.org": "/export/embed",
    "datawrapper.dwcdn.net": "/",
    "flo.uri.sh": "/",
}
VOID = {"br", "hr", "img", "col"}


def clean(source: str) -> str:
    """Return the HTML with nothing in it that runs, tracks or breaks the page."""
    cleaned = nh3.clean(
        source,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        clean_content_tags={"script", "style", "noscript", "template", "svg", "math", "object"},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return re.sub(r"<iframe(?![^>]*\ssrc=)[^>]*></iframe>", "", cleaned).strip()


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "iframe" and name == "src":
        address = urlsplit(value)
        path = EMBEDS.get(address.hostname or "")
        return (
            value if path and address.scheme == "https" and address.path.startswith(path) else None
        )
    if name in {"width", "height"} and not value.isdigit():
        return None
    return value


def opening_of(cleaned: str) -> list[str]:
    """Return the first paragraphs of a cleaned text, together at most a third of its length.

    A first paragraph that is too long by itself is cut between words. Pictures, lists and
    tables are no paragraphs; a text without any has no opening.
    """
    blocks = _Blocks(cleaned)
    room = blocks.length // 3
    opening: list[str] = []
    for markup, text in blocks.paragraphs[:KEPT_PARAGRAPHS]:
        if len(text) > room:
            if not opening and (start := _cut(text, room)):
                opening.append(f"<p>{html.escape(start, quote=False)}</p>")
            break
        opening.append(markup)
        room -= len(text)
    return opening


def _cut(text: str, room: int) -> str:
    """Return whole words of the text and an ellipsis, in at most that many characters."""
    words = text[: max(room - 1, 0)].rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{words}…" if words else ""


class _Blocks(HTMLParser):
    """Finds the paragraphs that stand by themselves, and the length of all text."""

    def __init__(self, cleaned: str) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[str, str]] = []
        self.length = 0
        self._open: list[str] = []
        self._markup: list[str] = []
        self._text: list[str] = []
        self.feed(cleaned)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append(tag)
        if tag != "img":
            self._markup.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._markup.append(f"</{tag}>")
        if not self._open:
            text = _squeeze("".join(self._text))
            if tag == "p" and text:
                self.paragraphs.append(("".join(self._markup), text))
            self._markup, self._text = [], []

    def handle_data(self, data: str) -> None:
        self.length += len(_squeeze(data))
        self._text.append(data)
        self._markup.append(html.escape(data, quote=False))


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def text_length(cleaned: str) -> int:
    """Return how many characters a reader reads."""
    return _Blocks(cleaned).length
