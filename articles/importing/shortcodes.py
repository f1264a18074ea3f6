"""What WordPress writes in square brackets, and what it makes of a lone address.

https://codex.wordpress.org/Shortcode_API and https://wordpress.org/documentation/article/embeds/
"""

import re
from collections.abc import Iterable
from html import escape, unescape

from articles.importing.attachments import Attachments
from articles.importing.items import Picture

_CODE = re.compile(r"\[(\[?)(/?)([A-Za-z][\w-]*)((?:[\s=][^\[\]]*)?)\](\]?)")
_PAIR = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'“]+))""")
_PICTURE = re.compile(r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)", re.IGNORECASE)
_LONE = re.compile(r"^[ \t]*(https?://[^\s<>\"']+)[ \t\r]*$", re.MULTILINE)
_YOUTUBE = re.compile(
    r"https?://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#\s]*&)?v=|embed/|shorts/|v/)"
    r"|youtu\.be/)([\w-]{6,20})"
)
_VIMEO = re.compile(r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(\d{4,12})")
LONGEST = 4_000  # characters of a shortcode that are read
_DEEPEST = 50
_ALONE = {"audio", "gallery", "playlist", "video", "vimeo", "youtube"}


def expand(text: str, pictures: Attachments, post: str) -> str:
    """Return the text with its shortcodes as HTML; of an unknown one only what it encloses stays.

    `post` is the post's number. What is merely in square brackets, such as [sic], stays as it is.
    """
    closed = {found[3].lower() for found in _CODE.finditer(text) if found[2]}
    written: list[str] = []
    still_open: list[tuple[str, str, int]] = []  # name, attributes, where what it encloses begins
    position = 0
    for found in _CODE.finditer(text):
        written.append(text[position : found.start()])
        position = found.end()
        name, attributes = found[3].lower(), found[4]
        if found[1] and found[5]:  # [[name]] speaks of the shortcode
            written.append(found[0][1:-1])
        elif found[2]:
            _close(name, written, still_open)
        elif name in closed and len(still_open) < _DEEPEST:
            still_open.append((name, attributes, len(written)))
        elif name == "gallery":
            written.append(_gallery(_values(attributes), pictures, post))
        elif _is_shortcode(name, attributes):
            written.append(_html_of(name, attributes, ""))
        else:
            written.append(found[0])
    written.append(text[position:])
    return _LONE.sub(lambda lone: embedded(unescape(lone[1])), "".join(written))


def _is_shortcode(name: str, attributes: str) -> bool:
    return name in _ALONE or "=" in attributes or "_" in name or attributes.endswith("/")


def _close(name: str, written: list[str], still_open: list[tuple[str, str, int]]) -> None:
    if name not in (opened for opened, _, _ in still_open):
        return
    while still_open:
        opened, attributes, begins = still_open.pop()
        if opened == name:
            written[begins:] = [_html_of(name, attributes, "".join(written[begins:]))]
            return


def _html_of(name: str, attributes: str, enclosed: str) -> str:
    values = _values(attributes)
    if name in {"caption", "wp_caption"}:
        return _captioned(values.get("caption", ""), enclosed)
    if name in {"embed", "youtube", "vimeo"}:
        address = enclosed.strip() or attributes.strip(" =")
        return f"\n\n{embedded(unescape(address))}\n\n" if "://" in address else ""
    if name in {"audio", "video"}:
        formats = ("src", "mp4", "webm", "mp3", "m4a", "ogg", "wav")
        address = next((values[key] for key in formats if key in values), "")
        return f"\n\n{_link(address, f'{name.capitalize()} recording')}\n\n" if address else ""
    if name in {"code", "sourcecode"}:
        return f"\n\n<pre>{escape(unescape(enclosed).strip())}</pre>\n\n"
    return enclosed


def _values(attributes: str) -> dict[str, str]:
    pairs = _PAIR.finditer(attributes[:LONGEST])
    return {pair[1].lower(): "".join(pair.groups("")[1:]) for pair in pairs}


def _captioned(caption: str, enclosed: str) -> str:
    picture = _PICTURE.match(enclosed)
    if not picture:
        return enclosed
    words = caption or enclosed[picture.end() :].strip()
    return f"\n\n<figure>{picture[1]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(values: dict[str, str], pictures: Attachments, post: str) -> str:
    numbers = re.findall(r"\d+", values.get("ids", "") or values.get("include", ""))
    named: Iterable[Picture | None] = map(pictures.find, numbers)
    shown = named if numbers else pictures.of_post(post)
    return "\n\n" + "".join(figure(picture) for picture in shown if picture) + "\n\n"


def figure(picture: Picture) -> str:
    """Return a picture with its caption as HTML."""
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>" if picture.caption else ""
    return (
        f'<figure><img src="{escape(picture.address)}" alt="{escape(picture.alt)}">'
        f"{caption}</figure>"
    )


def embedded(address: str) -> str:
    """Return what WordPress makes of an address that stands alone: a player, else a link."""
    if found := _YOUTUBE.match(address):
        return f'<iframe src="https://www.youtube-nocookie.com/embed/{found[1]}"></iframe>'
    if found := _VIMEO.match(address):
        return f'<iframe src="https://player.vimeo.com/video/{found[1]}"></iframe>'
    return _link(address, address)


def _link(address: str, words: str) -> str:
    return f'<p><a href="{escape(address)}">{escape(words)}</a></p>'
