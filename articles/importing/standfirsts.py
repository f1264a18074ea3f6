"""The standfirst of an imported story. It is public: it must show nothing of the text."""

import re

from articles.body import cut
from articles.importing.texts import letters, plain_text

MOST = 300  # characters
PIECE = 20  # letters in a row that are no coincidence
_TAIL = re.compile(
    r"\s*(\[?(…|\.\.\.)\]?|\[&hellip;\])?\s*(continue reading\b.*|read (more|on|the full)\b.*"
    r"|(the post|the article)\b.{1,300}\b(appeared first on|first appeared on)\b.*)$",
    re.IGNORECASE,
)
_DOTS = re.compile(r"\s*\[?(…|\.\.\.)\]?$")
_SENTENCE = re.compile(r"[.!?…][\"”’»)]*(?=\s|$)|[。！？]")


def standfirst_of(summary: str, text: str, *, headline: str) -> str:
    """Return the summary (HTML) in plain words, or "" where it would give the text away.

    Most summaries in feeds are only the beginning of the text (plain words, here), which the
    preview shows anyway. One that is longer than a third of the text is not shown either.
    """
    words = _TAIL.sub("", plain_text(summary))
    if _DOTS.search(words) or not words or letters(words) == letters(headline):
        return ""
    if len(words) > MOST:
        words = _first_sentences(words)
    return "" if len(words) > len(text) // 3 or _is_of(words, text) else words


def _first_sentences(words: str) -> str:
    ends = [found.end() for found in _SENTENCE.finditer(words[:MOST])]
    return words[: ends[-1]] if ends else cut(words, MOST)


def _is_of(words: str, text: str) -> bool:
    """Tell whether the words, or a good part of them, stand in the text."""
    said, told = letters(words), letters(text)
    if len(said) < 2 * PIECE:
        return said in told
    starts = range(0, len(said) - PIECE + 1, PIECE // 2)
    pieces = [said[start : start + PIECE] for start in starts]
    return sum(piece in told for piece in pieces) > len(pieces) / 4
