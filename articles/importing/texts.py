"""Plain text out of what feeds call text."""

import re
from html import escape, unescape

import nh3

from articles.body import cut
from articles.importing.errors import ItemError

LONGEST = 20_000  # characters of HTML that are read for a plain text
LONGEST_HEADLINE = 2_000  # characters; what is longer is no headline

_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\xad]")
_NO_LETTERS = re.compile(r"[\W_]+")
_BLOCK = re.compile(r"<(?=/?(?:p|div|br|li|h[1-6]|tr|td|blockquote)\b)", re.IGNORECASE)


def plain_text(html: str, *, most: int = 0) -> str:
    """Return the words of HTML on one line, cut between words to `most` characters.

    It is for short texts: what is beyond LONGEST is not read. What was escaped twice
    (`AT&amp;amp;T`) is a common mistake, and is read as meant.
    """
    html = html[:LONGEST]
    spaced = _BLOCK.sub(" <", html) if "<" in html else html
    text = unescape(unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"})))
    return one_line(text, most=most)


def headline_from(html: str) -> str:
    """Return a title in plain text. Raises ItemError for what is too long to be one."""
    if len(html) > LONGEST_HEADLINE:
        raise ItemError(f"has a headline of {len(html):,} characters")
    return plain_text(html)


def one_line(text: str, *, most: int = 0) -> str:
    """Return plain text on one line, cut between words to `most` characters."""
    line = " ".join(_INVISIBLE.sub("", text).split())
    return cut(line, most) if most else line


def as_html(text: str) -> str:
    """Return plain text as HTML; its lines stay as they are."""
    return escape(text, quote=False)


def letters(text: str) -> str:
    """Return only the letters and digits, to compare what is said and not how it is set."""
    return _NO_LETTERS.sub("", text.casefold())
