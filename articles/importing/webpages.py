"""Finding the feed that a web page names."""

from html.parser import HTMLParser
from urllib.parse import urljoin

_TYPES = {"application/rss+xml", "application/atom+xml"}


def feed_named_by(page: str, address: str) -> str:
    """Return the URL of the first feed in the page's `<link rel="alternate">`, or ""."""
    finder = _Finder()
    finder.feed(page)
    if not finder.found:
        return ""
    try:
        return urljoin(address, finder.found)
    except ValueError:
        return ""


class _Finder(HTMLParser):
    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        relations = values.get("rel", "").lower().split()
        if (
            tag == "link"
            and not self.found
            and "alternate" in relations
            and values.get("type", "").lower() in _TYPES
        ):
            self.found = values.get("href", "").strip()
