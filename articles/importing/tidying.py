"""Making a story's text of HTML from anywhere: paragraphs, whole addresses, its lead picture."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import nh3

from articles.importing.errors import ItemError
from articles.importing.items import Item, Picture
from articles.importing.pictures import is_picture_address
from articles.importing.texts import letters, plain_text
from articles.markup import ATTRIBUTES, CONTAINERS, DROPPED, RENAMED, SCHEMES, TAGS
from articles.paragraphs import Attributes, blocks_of

LONGEST = 5_000_000  # characters
MOST_TAGS = 50_000  # over tags within tags an HTML parser takes time by the square
MOST_ENTITIES = 100_000  # and over ampersands
MOST_LINES = 50_000
MOST_STYLED = 100
_ELSEWHERE = ("data-src", "data-lazy-src", "data-original", "data-orig-file")  # of lazy pictures
_STYLE = r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)"
_BLOCK = re.compile(
    r"<(?:p|div|br|ul|ol|table|h[1-6]|blockquote|pre|section|article|figure)\b", re.IGNORECASE
)
_PLAYER = re.compile(r"<(video|audio)\b([^<>]*)>(?:\s*<source\b([^<>]*)>)?", re.IGNORECASE)
_SRC = re.compile(r"\bsrc\s*=\s*[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_PICTURE = re.compile(
    r"<figure>(?:<a [^<>]*>)?<img ([^<>]*)>(?:</a>)?(?:<figcaption>(.*)</figcaption>)?</figure>",
    re.DOTALL,
)
_FAREWELL = re.compile(  # what feeds add to the end of a text
    r"(the (post|article|story)\b.{1,400}\b)?(appeared first on|first appeared on)\b.{0,200}"
    r"|.{1,400}\bwas originally published (in|on)\b.{0,300}"
    r"|(continue reading|read more|read the (full|whole|rest)|weiterlesen|lire la suite)\b.{0,300}",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<h2>(.*)</h2>", re.DOTALL)
_YOUTUBE = re.compile(r"^https://(?=youtube(?:-nocookie)?\.com/)")
_SIZE = re.compile(r"(-\d+x\d+|-scaled|-e\d{10,})+(?=\.\w+$)")  # what WordPress adds to a name


@dataclass(frozen=True, slots=True)
class Tidied:
    """The text, still to be cleaned, and the picture that leads it."""

    html: str
    picture: Picture


def tidy(item: Item) -> Tidied:
    """Return the item's text in paragraphs, with whole addresses and its picture before it.

    What repeats the headline or the lead picture is left out; a picture that the text begins
    with leads it, unless another does. Raises ItemError for what no parser should be given.
    """
    html = _manageable(item.html)
    if not item.newlines and not _BLOCK.search(html):
        html = _from_lines(html)
    loose = nh3.clean(
        _PLAYER.sub(_as_link, html),
        tags=TAGS | CONTAINERS | set(RENAMED),
        attributes={**ATTRIBUTES, "img": {*ATTRIBUTES["img"], *_ELSEWHERE, "srcset"}},
        clean_content_tags=DROPPED,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    blocks = blocks_of(
        loose, newlines=item.newlines, rewrite=lambda tag, found: _whole(tag, found, item.base)
    )
    return _led(blocks, item)


def _manageable(html: str) -> str:
    if len(html) > LONGEST:
        raise ItemError(f"has a text of {len(html):,} characters")
    if html.count("<") > MOST_TAGS:
        raise ItemError(f"has a text with {html.count('<'):,} tags")
    if html.count("&") > MOST_ENTITIES:
        raise ItemError(f"has a text with {html.count('&'):,} ampersands")
    if html.count("\n") > MOST_LINES:
        raise ItemError(f"has a text of {html.count(chr(10)):,} lines")
    # A parser repeats the styles that are open in every paragraph, unless they are alike.
    html = re.sub(_STYLE + r"\s[^<>]*>", r"<\1>", html, flags=re.IGNORECASE)
    if len(re.findall(_STYLE + r"[\s/]", html, flags=re.IGNORECASE)) > MOST_STYLED:
        raise ItemError("has a text whose tags cannot be made out")
    return html


def _from_lines(text: str) -> str:
    """Return a text without any blocks in paragraphs, if its lines tell where they are."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    lines = text.strip().splitlines()
    if len(parts) == 1 and all(re.search(r"[.!?…:;\"”’»)>]\s*$", line) for line in lines[:-1]):
        parts = lines
    return "".join(f"<p>{part}</p>" for part in parts)


def _as_link(player: re.Match[str]) -> str:
    source = _SRC.search(player[2]) or _SRC.search(player[3] or "")
    link = f'<p><a href="{source[1]}">{player[1].capitalize()} recording</a></p>' if source else ""
    return f"{link}<{player[1]}>"


def _whole(tag: str, attributes: Attributes, base: str) -> tuple[str, Attributes] | None:
    """Return the tag with its address made whole, or None where that leads nowhere."""
    if tag == "iframe":
        return tag, {**attributes, "src": _embedded(_joined(base, attributes.get("src", "")))}
    if tag == "a":
        address = _joined(base, attributes.get("href", ""))
        return (tag, {**attributes, "href": address}) if address else None
    if tag != "img":
        return tag, attributes
    address = _joined(base, _address_of_picture(attributes))
    if not address.startswith(("http://", "https://")) or _counts_readers(attributes):
        return None
    kept = {name: value for name, value in attributes.items() if name in ATTRIBUTES["img"]}
    return tag, {**kept, "src": address}


def _embedded(address: str) -> str:
    """Return the address of an embed as the cleaning knows it.

    The code that YouTube gave out for years began with http:// or // and, at times, without www.
    """
    return _YOUTUBE.sub("https://www.", re.sub(r"^http:", "https:", address), count=1)


def _joined(base: str, address: str) -> str:
    """Return the whole address; "" for one within the page, or that cannot be made whole."""
    address = address.strip()
    if not address or address.startswith("#"):
        return ""
    try:
        whole = urljoin(base, address)
        return whole if urlsplit(whole).scheme in SCHEMES else ""
    except ValueError:
        return ""


def _address_of_picture(attributes: Attributes) -> str:
    lazily = next((attributes[name] for name in _ELSEWHERE if attributes.get(name)), "")
    first, *_ = attributes.get("srcset", "").split() or [""]
    return lazily or attributes.get("src", "") or first.rstrip(",")


def _counts_readers(attributes: Attributes) -> bool:
    return any(attributes.get(name) in {"0", "1"} for name in ("width", "height"))


def _led(blocks: list[str], item: Item) -> Tidied:
    """Take what repeats the headline and the lead picture out of the text, and its farewell."""
    blocks = blocks[:]
    heading = _HEADING.fullmatch(blocks[0]) if blocks else None
    if heading and letters(plain_text(heading[1])) == letters(item.headline):
        del blocks[0]
    while len(blocks) > 1 and _is_farewell(blocks[-1]):
        del blocks[-1]
    place = 1 if len(blocks) > 2 and blocks[0].startswith(("<h2", "<h3", "<h4")) else 0
    shown = _picture_in(blocks[place]) if len(blocks) > 1 else Picture()
    picture = item.picture
    leads = not picture.address or _same(shown.address, picture.address)
    if leads and is_picture_address(shown.address):
        del blocks[place]
        picture = Picture(
            address=picture.address or shown.address,
            caption=picture.caption or shown.caption,
            credit=picture.credit,
            alt=picture.alt or shown.alt,
        )
    return Tidied("\n".join(blocks), picture)


def _is_farewell(block: str) -> bool:
    return block == "<hr>" or bool(_FAREWELL.fullmatch(plain_text(block[:4_000])))


def _picture_in(block: str) -> Picture:
    """Return the picture that the block is, if it is nothing else."""
    found = _PICTURE.fullmatch(block)
    if not found or block.count("<img") != 1:
        return Picture()
    values = dict(re.findall(r'([a-z]+)="([^"]*)"', found[1]))
    return Picture(
        address=unescape(values.get("src", "")),
        caption=plain_text(found[2] or "", most=400),
        alt=plain_text(values.get("alt", ""), most=300),
    )


def _same(one: str, other: str) -> bool:
    """Tell whether both are addresses of one picture, perhaps in two sizes."""
    return bool(one) and _file(one) == _file(other)


def _file(address: str) -> str:
    return _SIZE.sub("", unquote(urlsplit(address).path)).rpartition("/")[2].casefold()
