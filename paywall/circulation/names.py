"""Whether what somebody typed is the last name, or the company, that an account is in. Pure.

Old systems keep names in capitals, cut off, without accents, and in the wrong column; readers type
theirs with a first name, half of it, or with the accents they really have. Two names are the same
when any of the ways to write the one is a way to write the other.
"""

import html
import re
import unicodedata
from itertools import combinations

# fmt: off
PARTICLES = frozenset((
    "a", "af", "al", "am", "av", "ap", "bin", "d", "da", "das", "de", "degli", "del", "della",
    "den", "der", "des", "di", "do", "dos", "du", "e", "el", "ibn", "in", "l", "la", "las", "le",
    "los", "lo", "het", "op", "t", "te", "ten", "ter", "the", "van", "vd", "vom", "von", "y", "zu",
    "zum", "zur", "v",
))
SUFFIXES = frozenset((
    "jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv", "2nd", "3rd", "4th", "esq",
    "md", "phd", "dds", "dvm", "cpa", "rn", "jd", "obe", "mbe", "cbe", "kc", "qc", "ret", "fils",
))
TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "revd", "sir", "dame",
    "lady", "lord", "hon", "capt", "col", "maj", "sgt", "fr", "herr", "frau", "familie", "family",
    "m", "mme", "mlle", "sra", "estate",
))
LEGAL_FORMS = frozenset((
    "ltd", "limited", "llc", "inc", "incorporated", "corp", "corporation", "co", "company", "plc",
    "gmbh", "ag", "kg", "ohg", "ug", "ev", "mbh", "sa", "sarl", "sas", "srl", "spa", "bv", "nv",
    "ab", "as", "oy", "pty", "llp", "lp", "pc", "cic", "the", "and", "und", "et", "y",
))
# fmt: on
_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe", "æ": "ae", "ø": "ö"}
)
_WITH_E = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"}
# A word joins two names only where there are two: Or and Et are names themselves.
_AND = re.compile(r"\s*[&+/;]\s*|(?<=\S)\s+(?:and|und|or|et)\s+(?=\S)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-‐‑‒–—_,]+")  # every kind of hyphen
_APOSTROPHES = re.compile(r"['`´‘’‛′ʹʻʼˈ]")
_E_FOR_DOTS = re.compile(r"(?<![aeiouy])([aou])e(?=[^aeiouy])")
_A_FOR_RING = re.compile(r"aa")
SHORTEST_CUT = 8  # letters: a shorter name in capitals is taken to be whole
SURELY_CUT = 10
CUT_MISSES = 3  # letters missing from a name of 8 or 9: Williams is not a Williamson cut off


def same_last_name(typed: str, on_file: str, *, first_name: str = "x") -> bool:
    """Tell whether the typed last name is the one on file, or one of two there ("Smith & Jones").

    `first_name` as on file: without one, the last name on file is a whole name, "Ada Lovelace" or
    "Lovelace, Ada", and her first name proves nothing.
    """
    alternatives = [name for part in _AND.split(_repaired(on_file)) if (name := part.strip(" .,"))]
    if not first_name.strip():
        alternatives = [_last_of_whole(name) for name in alternatives]
    typed_names = [part for part in _AND.split(_repaired(typed)) if part.strip()]
    return any(_same(one, other) for one in typed_names[-1:] for other in alternatives)


def same_second_name(typed: str, second_name: str) -> bool:
    """Tell whether the typed last name is that of the second person, "Mary Jones".

    One word alone is a first name: whoever it is has the last name of the first person.
    """
    whole = _repaired(second_name).strip()
    return len(_BETWEEN.split(whole)) > 1 and same_last_name(typed, whole, first_name="")


def same_company(typed: str, company: str) -> bool:
    """Tell whether a company was typed, with or without its legal form."""
    one, other = _company(typed), _company(company)
    if not one & other and _is_capitals(company):
        return any(_is_cut(short, long, company) for short in other for long in one)
    return bool(one & other)


def folded(text: str) -> frozenset[str]:
    """Return the ways to write a word without accents, marks and capitals: Müller, Mueller.

    What stands for dots or a ring ("ue") is also read as the letter without, so that somebody
    who is Muller here and Mueller there is one person.
    """
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    lower = lower.translate(_LETTERS)
    plain = _letters(lower)
    with_e = _letters("".join(_WITH_E.get(letter, letter) for letter in lower))
    ways = {plain, with_e, _E_FOR_DOTS.sub(r"\1", with_e), _A_FOR_RING.sub("a", with_e)}
    return frozenset(way for way in ways if way)


def _same(typed: str, on_file: str) -> bool:
    one, other = _pieces(typed), _pieces(on_file)
    if not one or not other:
        return False
    whole_one, whole_other = _joined(one), _joined(other)
    if whole_one & _runs(other) or whole_other & _runs(one):
        return True
    if len(one) == len(other) == 2 and one[0] & other[1] and one[1] & other[0]:
        return True  # Smith-Jones, Jones-Smith
    return _is_capitals(on_file) and _is_cut_name(one, other, on_file)


def _pieces(name: str) -> list[frozenset[str]]:
    """Return what a name is made of, each piece in all its ways: [smith], [jones].

    A particle belongs to what follows it, and may be left out: {vandenberg, berg}. Titles,
    suffixes and initials are no part of it, unless there is nothing else.
    """
    before_comma = name.split(",")[0] if "," in name else name
    tokens = _tokens(before_comma) or _tokens(name)
    while len(tokens) > 1 and tokens[-1] in SUFFIXES:
        tokens.pop()
    while len(tokens) > 1 and tokens[0] in TITLES:
        tokens.pop(0)
    pieces: list[frozenset[str]] = []
    waiting: list[str] = []
    for position, token in enumerate(tokens):
        last = position == len(tokens) - 1
        if not last and (token in PARTICLES or token in {"mc", "mac", "o", "st", "saint"}):
            waiting.append(token)
            continue
        if len(token) == 1 and len(tokens) > 1 and not waiting:
            continue  # an initial
        pieces.append(_ways(waiting, token))
        waiting = []
    return [piece for piece in pieces if piece]


def _ways(particles: list[str], token: str) -> frozenset[str]:
    """Return the ways to write a token with all, or with some last, of its particles."""
    ways: set[str] = set()
    firmly = {"mc", "mac", "o", "st", "saint"}  # never left out
    for skipped in range(len(particles) + 1):
        if any(particle in firmly for particle in particles[:skipped]):
            break
        for way in folded(token):
            ways.add(_canonical("".join(particles[skipped:]) + way))
    return frozenset(ways)


def _canonical(word: str) -> str:
    """Write Mac as Mc and Saint as St."""
    if word.startswith("mac") and len(word) > 5:
        word = "mc" + word[3:]
    if word.startswith("saint") and len(word) > 7:
        word = "st" + word[5:]
    return word


def _joined(pieces: list[frozenset[str]]) -> frozenset[str]:
    """Return the ways to write these pieces as one word; of long names only the first ways."""
    ways = {""}
    for piece in pieces:
        ways = {way + more for way in sorted(ways)[:16] for more in sorted(piece)[:4]}
    return frozenset(ways)


def _runs(pieces: list[frozenset[str]]) -> frozenset[str]:
    """Return the ways to write any pieces that follow each other: either part of a double name."""
    some = pieces[:6]
    runs = (_joined(some[start:end]) for start, end in combinations(range(len(some) + 1), 2))
    return frozenset().union(*runs)


def _is_cut_name(one: list[frozenset[str]], other: list[frozenset[str]], on_file: str) -> bool:
    if any(_is_cut(short, long, on_file) for short in _joined(other) for long in _joined(one)):
        return True
    if len(other) < 2 or len(one) != len(other) or len(on_file.strip()) < SHORTEST_CUT:
        return False
    same = all(mine & theirs for mine, theirs in zip(one[:-1], other[:-1], strict=True))
    return same and any(
        len(short) > 1 and long.startswith(short) for short in other[-1] for long in one[-1]
    )


def _is_cut(short: str, long: str, on_file: str) -> bool:
    """Tell whether an old system cut `long` off to `short`, which it has as `on_file`."""
    room = len(on_file.strip())
    if room < SHORTEST_CUT or len(short) < SHORTEST_CUT - 2 or not long.startswith(short):
        return False
    return room >= SURELY_CUT or len(long) - len(short) >= CUT_MISSES


def _is_capitals(text: str) -> bool:
    return text.upper() == text


def _last_of_whole(name: str) -> str:
    """Return the last name of a whole one, with its particles: "Jan van den Berg"."""
    if "," in name:
        before, after = name.split(",", 1)
        if before.strip() and not set(_tokens(after)) <= SUFFIXES:
            return before
        name = before
    words = name.split()
    while len(words) > 1 and "".join(_tokens(words[-1])) in SUFFIXES:
        words.pop()
    start = len(words) - 1
    while start > 1 and "".join(_tokens(words[start - 1])) in PARTICLES | {"mc", "mac", "st", "o"}:
        start -= 1
    return " ".join(words[max(start, 0) :])


def _company(name: str) -> frozenset[str]:
    tokens = _tokens(_AND.sub(" ", _repaired(name)))
    bare = [token for token in tokens if token not in LEGAL_FORMS] or tokens
    return _joined([folded(token) for token in bare[:10]]) - {""}


def _tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, their accents kept, apostrophes left out."""
    apart = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)).casefold()
    lower = unicodedata.normalize("NFC", apart)
    tokens = (_marks_left_out(token) for token in _BETWEEN.split(lower.replace(".", ". ")))
    return [token for token in tokens if token]


def _marks_left_out(text: str) -> str:
    return "".join(each for each in text if each.isalnum() and not _is_mark(each))


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if each.isalnum() and not _is_mark(each))


def _is_mark(character: str) -> bool:
    """Tell an ʻokina and its like, which count as letters, from letters."""
    return unicodedata.category(character) in {"Lm", "Mn"}


def _repaired(text: str) -> str:
    """Undo what files suffer on their way: O&#39;Brien, and MÃ¼ller for Müller."""
    text = html.unescape(text)
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
