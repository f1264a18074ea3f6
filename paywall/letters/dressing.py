"""A letter's text, in its parts, for the HTML that says the same. Pure.

A text is paragraphs with empty lines between. One whose lines begin with "- " is a list of
facts, "- Price: €12.00 a month". One of two lines whose second is an address is the button:

    See your receipt:
    https://news.example.com/receipt
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Part:
    """Words, or a list of facts, or a button; the others are empty."""

    words: str = ""
    rows: Sequence[tuple[str, str]] = ()
    label: str = ""
    address: str = ""


def tidied(text: str) -> str:
    """Return a rendered text without the gaps that its conditions left."""
    lines = [re.sub(r"[ \t]+", " ", line).strip(" ") for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def parts_of(text: str) -> list[Part]:
    """Return the parts of a text that is tidied."""
    return [_part(paragraph.split("\n")) for paragraph in text.split("\n\n")]


def _part(lines: list[str]) -> Part:
    if all(line.startswith("- ") for line in lines):
        pairs = [line.removeprefix("- ").partition(": ") for line in lines]
        return Part(rows=tuple((label, value) for label, _, value in pairs))
    if len(lines) == 2 and ADDRESS.fullmatch(lines[1]):
        return Part(label=lines[0].removesuffix(":"), address=lines[1])
    return Part(words=" ".join(lines))
