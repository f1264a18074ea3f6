"""Arranging a story's HTML: paragraphs, headings, lists, figures and nothing around them. Pure.

What comes from elsewhere is seldom written as paragraphs: it is wrapped in `div`, split by
`<br><br>` or by empty lines, and full of empty paragraphs. The opening that a preview shows is
counted in paragraphs, so every text has to have them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from articles.markup import CONTAINERS, INLINE, ITEMS, KEPT_EMPTY, LINES, PARENTS, RENAMED, VOID

Attributes = dict[str, str]
Rewrite = Callable[[str, Attributes], tuple[str, Attributes] | None]

DEEPEST = 30  # lists in lists, quotes in quotes: what is deeper is no story
SMALL = 48  # pixels: a smaller picture is a sign among words


def arrange(html: str) -> str:
    """Return the same text as a row of blocks, each beginning a line of its own.

    `html` is well-formed, as nh3 returns it.
    """
    return "\n".join(blocks_of(html))


def blocks_of(html: str, *, newlines: bool = False, rewrite: Rewrite | None = None) -> list[str]:
    """Return the blocks of a text: paragraphs, headings, figures, lists, quotes, tables, rules.

    With `newlines` an empty line ends a paragraph and a line break is one, as in WordPress'
    classic editor. `rewrite` is given every tag with its attributes, and returns what to write
    instead, or None to leave the tag out.
    """
    arranger = _Arranger(newlines=newlines, rewrite=rewrite)
    arranger.feed(html)
    arranger.close()
    return arranger.result()


@dataclass
class _Run:
    """Words and pictures that belong to one paragraph."""

    markup: str
    words: bool


@dataclass(eq=False)
class _Frame:
    """An element that is still open, and what it holds so far: paragraphs and blocks."""

    tag: str
    start: str = ""
    parts: list[_Run | str] = field(default_factory=list)


class _Arranger(HTMLParser):
    def __init__(self, *, newlines: bool, rewrite: Rewrite | None) -> None:
        super().__init__(convert_charrefs=True)
        self._newlines = newlines
        self._rewrite = rewrite
        self._frames = [_Frame("")]
        self._open: list[tuple[str, _Frame | str]] = []  # a tag as read, and what it became
        self._inline: list[tuple[str, str]] = []  # tag, markup
        self._in_p = 0
        self._in_embed = False
        self._start_run()

    # -- a paragraph ------------------------------------------------------------------------

    def _start_run(self) -> None:
        self._pieces: list[str] = []
        self._opened = 0  # how many of the inline tags this paragraph has opened
        self._words = self._media = False
        self._breaks = self._lines = 0  # <br> and ends of lines since the last words

    def _end_run(self) -> None:
        if self._words or self._media:
            ends = [f"</{tag}>" for tag, _ in reversed(self._inline[: self._opened])]
            markup = "".join(self._pieces + ends)
            self._top.parts.append(_Run(markup if self._verbatim else markup.strip(), self._words))
        self._start_run()

    @property
    def _top(self) -> _Frame:
        return self._frames[-1]

    @property
    def _verbatim(self) -> bool:
        return self._top.tag == "pre"

    def _write(self, markup: str) -> None:
        """Add to the paragraph, after the breaks and the inline tags that are due."""
        if (self._breaks > 1 or self._lines > 1) and self._top.tag not in LINES:
            self._end_run()
        elif (self._breaks or self._lines) and (self._words or self._media):
            self._pieces.append("\n" if self._verbatim else "<br>")
        self._breaks = self._lines = 0
        self._write_here(markup)

    def _write_here(self, markup: str) -> None:
        self._pieces += [start for _, start in self._inline[self._opened :]]
        self._opened = len(self._inline)
        self._pieces.append(markup)

    def handle_data(self, data: str) -> None:
        if self._in_embed:
            return
        if self._verbatim:
            if data := data if self._words else data.lstrip("\r\n"):
                self._words = True
                self._write(escape(data, quote=False))
        elif self._newlines and not self._in_p and self._top.tag in {"", "blockquote"}:
            self._add_lines(data.split("\n"))
        else:
            self._add_text(data)

    def _add_lines(self, lines: list[str]) -> None:
        blanks = " \t\r"
        for number, line in enumerate(lines):
            self._lines += number > 0
            line = line.lstrip(blanks) if number else line
            self._add_text(line.rstrip(blanks) if number < len(lines) - 1 else line)

    def _add_text(self, text: str) -> None:
        if _is_blank(text):
            if text and (self._words or self._media) and not (self._breaks or self._lines):
                self._write_here(escape(text, quote=False))
            return
        if self._media and not self._words:
            self._end_run()
        self._write(escape(text, quote=False))
        self._words = True

    def _add_picture(self, attributes: Attributes) -> None:
        """Add a picture; all but signs among words stand by themselves where they can."""
        if not attributes.get("src"):
            return
        attributes.setdefault("alt", "")
        width = attributes.get("width", "")
        sign = width.isdecimal() and int(width) <= SMALL
        if self._words and not sign and (self._breaks or self._lines):
            self._end_run()
        self._write(_markup("img", attributes))
        self._words = self._words or sign
        self._media = True

    def _add_embed(self, attributes: Attributes) -> None:
        self._in_embed = True
        if not attributes.get("src"):
            return
        attributes.setdefault("title", "Embedded content")
        self._end_run()
        self._write(f"{_markup('iframe', attributes)}</iframe>")
        self._media = True
        self._end_run()

    # -- tags -------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._in_embed:
            return
        name, attributes = RENAMED.get(tag, tag), {key: value or "" for key, value in attrs}
        if self._rewrite:
            name, attributes = self._rewrite(name, attributes) or ("", {})
        if self._top.tag not in PARENTS.get(name, {self._top.tag}):
            name = "div"
        if name == "br":
            self._breaks += 1
            self._lines *= self._lines > 1  # the end of the line that it stands on is no other
        elif name == "img":
            self._add_picture(attributes)
        elif name == "iframe":
            self._add_embed(attributes)
        elif name in {"hr", "col"}:
            self._end_paragraph()
            self._top.parts.append(_markup(name, attributes))
        elif tag not in VOID:
            self._open.append((tag, self._begin(name, attributes)))

    def _begin(self, name: str, attributes: Attributes) -> _Frame | str:
        """Begin an element; return what its end is to end."""
        if name in INLINE:
            if len(self._inline) > DEEPEST or (name == "a" and "href" not in attributes):
                return ""
            self._inline.append((name, _markup(name, attributes)))
        elif name in CONTAINERS:
            self._end_line()
            self._in_p += name == "p"
        elif name:
            self._end_paragraph()
            if len(self._frames) <= DEEPEST:
                self._frames.append(_Frame(name, _markup(name, attributes)))
                return self._top
        return name

    def _end_paragraph(self) -> None:
        """End the paragraph, and the heading that it is, before a block."""
        if self._top.tag in LINES:
            self._close(self._top)
        self._end_run()

    def _end_line(self) -> None:
        """End the paragraph; a heading has but one, and goes on in a new line."""
        if self._top.tag in LINES:
            self._breaks += self._words
        else:
            self._end_run()

    def handle_endtag(self, tag: str) -> None:
        if self._in_embed:
            self._in_embed = tag != "iframe"
            return
        while self._open:
            opened, what = self._open.pop()
            if isinstance(what, _Frame):
                if what in self._frames:
                    self._close(what)
            elif what in INLINE:
                self._end_inline()
            elif what in CONTAINERS:
                self._end_line()
                self._in_p -= what == "p"
            if opened == tag:
                return

    def _end_inline(self) -> None:
        tag, _ = self._inline[-1]
        if self._opened == len(self._inline):
            self._pieces.append(f"</{tag}>")
            self._opened -= 1
        self._inline.pop()

    # -- elements ---------------------------------------------------------------------------

    def _close(self, frame: _Frame) -> None:
        """Close the open elements up to this one, and leave out what is empty."""
        while self._frames[-1] is not frame:
            self._close(self._frames[-1])
        self._end_run()
        self._frames.pop()
        pictures = all(_is_figure(part) for part in frame.parts)
        if frame.tag in {"li", "ul", "ol"} and pictures:  # a gallery written as a list
            self._top.parts += frame.parts
            return
        markup = _inside(frame)
        if markup or frame.tag in KEPT_EMPTY:
            self._top.parts.append(f"{frame.start}{markup}</{frame.tag}>")

    def result(self) -> list[str]:
        while len(self._frames) > 1:
            self._close(self._top)
        self._end_run()
        return list(_blocks(self._top.parts))


def _inside(frame: _Frame) -> str:
    """Return what an element holds; one paragraph alone in a list item or a cell stays bare."""
    if frame.tag in ITEMS:
        return "".join(_items(frame.parts, ITEMS[frame.tag]))
    runs = sum(isinstance(part, _Run) and part.words for part in frame.parts)
    if frame.tag == "blockquote" or (runs > 1 and frame.tag not in LINES):
        return "".join(_blocks(frame.parts))
    return "".join(part.markup if isinstance(part, _Run) else part for part in frame.parts)


def _items(parts: Iterable[_Run | str], item: str) -> Iterator[str]:
    for part in parts:
        markup = part.markup if isinstance(part, _Run) else part
        stray = isinstance(part, _Run) or not part.startswith(("<li", "<dt", "<dd"))
        yield f"<{item}>{markup}</{item}>" if stray else markup


def _blocks(parts: Iterable[_Run | str]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"<p>{part.markup}</p>" if part.words else f"<figure>{part.markup}</figure>"


def _is_figure(part: _Run | str) -> bool:
    return isinstance(part, str) and part.startswith("<figure>")


def _markup(tag: str, attributes: Attributes) -> str:
    pairs = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{pairs}>"


def _is_blank(text: str) -> bool:
    return not text.strip(" \t\r\n\f\v\xa0\u200b\u200c\u200d\u2060\ufeff")
