"""Account numbers, as they are written and as they are compared. Pure."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 40
MOST_ZEROS = 12
_EXTENSION = re.compile(r"(?:\b(?:ext|extension|extn|durchwahl)\b|[x#;])\W*\d+\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:(?:ACCOUNT|ACCT|ACC|A/C|AC|SUBSCRIPTION|SUBSCRIBER|NUMBER|NO|NR)\b[\s.:#]*)+"
)


def number_key_of(text: str) -> str:
    """Return an account number as it is compared: its letters and digits, in capitals.

    Leading zeros stay: `00123` and `123` may be two accounts of one publication. Spaces, dashes,
    dots, slashes and `#` go. The digits of every script become ASCII. Empty when nothing is left.
    """
    kept = []
    for character in unicodedata.normalize("NFKC", text).upper():
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            kept.append(str(digit))
        elif character.isalnum():
            kept.append(character)
    return "".join(kept)


def keys_to_try(typed: str, prefixes: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the keys that a reader may have meant, the likeliest first; empty for nothing typed.

    Readers leave out leading zeros, add some, and copy the label with the number: "Acct. no. 42".
    `prefixes`: what stands before a number on the bill and is no part of it.
    """
    upper = unicodedata.normalize("NFKC", typed).strip().upper()
    key = number_key_of(_LABEL.sub("", upper)) or number_key_of(upper)
    for prefix in prefixes:
        if key.startswith(prefix) and key[len(prefix) :].isdigit():
            key = key[len(prefix) :]
    bare = key.lstrip("0")
    if not bare or len(key) > LONGEST:
        return ()
    padded = ("0" * zeros + bare for zeros in range(MOST_ZEROS + 1))
    return tuple(dict.fromkeys((key, *padded)))


def bare_key_of(typed: str, prefixes: Iterable[str] = ()) -> str:
    """Return what wrong tries of one number are counted by: its key without leading zeros."""
    keys = keys_to_try(typed, prefixes)
    return keys[0].lstrip("0") if keys else number_key_of(typed)[:LONGEST]


def phone_last4_of(text: str) -> str:
    """Return the last four digits of a phone number, written anyhow; empty where there are none.

    An extension is left out ("555-0142 ext. 7"), and so is what stands for no number at all:
    0000, 9999, or one digit all through.
    """
    digits = number_digits(_EXTENSION.sub("", unicodedata.normalize("NFKC", text)))
    last4 = digits[-4:]
    if len(last4) < 4 or last4 in {"0000", "9999"} or (len(digits) > 4 and len(set(digits)) == 1):
        return ""
    return last4


def number_digits(text: str) -> str:
    """Return the decimal digits of a text, of whatever script, as ASCII."""
    return "".join(
        str(digit)
        for character in text
        if (digit := unicodedata.decimal(character, None)) is not None
    )
