"""Making the sources that stories are imported from, in as few words as a test needs."""

from html import escape
from itertools import count

_numbers = count(1)

PARAGRAPH = (
    "The harbour wall will cost eleven million more than planned, the council said on Monday, "
    "and nobody in the chamber would say who is to pay for it."
)
SECOND = (
    "Fishermen on the quay had asked for the figures since spring. They were given a date, then "
    "another date, and in the end a folder with nothing in it but the first of the two letters."
)
THIRD = (
    "Work begins in March, or so the engineers hope. Until then the boats lie in the inner basin, "
    "and the market opens an hour late on every day with an east wind."
)
TEXT = f"<p>{PARAGRAPH}</p><p>{SECOND}</p><p>{THIRD}</p>"

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "media": "http://search.yahoo.com/mrss/",
    }.items()
)
EXPORT = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "excerpt": "http://wordpress.org/export/1.2/excerpt/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "wp": "http://wordpress.org/export/1.2/",
    }.items()
)


def rss(*items: str) -> str:
    """Return an RSS 2.0 feed."""
    channel = f"<channel>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}>{channel}</rss>'


def item(
    headline: str = "Harbour wall", *, text: str = TEXT, guid: str = "", more: str = ""
) -> str:
    """Return an item of an RSS feed; `more` is XML."""
    guid = guid or f"https://old.example/?p={next(_numbers)}"
    return (
        f"<item><title>{escape(headline)}</title><guid isPermaLink='false'>{guid}</guid>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded>{more}</item>"
    )


def atom(*entries: str) -> str:
    """Return an Atom feed."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id>{"".join(entries)}</feed>'


def wxr(*posts: str, base: str = "https://old.example") -> str:
    """Return a WordPress export with one author, jane."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" {EXPORT}><channel>'
        f"<title>Old</title><link>{base}</link><wp:base_blog_url>{base}</wp:base_blog_url>"
        "<wp:author><wp:author_login>jane</wp:author_login>"
        "<wp:author_display_name><![CDATA[Jane Roe]]></wp:author_display_name></wp:author>"
        f"{''.join(posts)}</channel></rss>"
    )


def post(
    headline: str = "Harbour wall",
    *,
    text: str = TEXT,
    number: int = 0,
    status: str = "publish",
    kind: str = "post",
    more: str = "",
) -> str:
    """Return a post of a WordPress export; `more` is XML."""
    number = number or next(_numbers)
    return (
        f"<item><title>{escape(headline)}</title><dc:creator>jane</dc:creator>"
        f"<link>https://old.example/2019/06/{number}/</link>"
        f"<guid isPermaLink='false'>https://old.example/?p={number}</guid>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"
    )


def attachment(number: int, address: str, *, caption: str = "", alt: str = "", of: int = 0) -> str:
    """Return a picture of a WordPress export."""
    return (
        f"<item><title>picture</title><excerpt:encoded>{escape(caption)}</excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_parent>{of}</wp:post_parent>"
        "<wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>"
        f"<wp:attachment_url>{escape(address)}</wp:attachment_url>"
        f"{meta('_wp_attachment_image_alt', alt)}</item>"
    )


def meta(key: str, value: object) -> str:
    """Return a custom field of a post."""
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )
