"""Account numbers, as they are written and as they are compared. Pure."""

import re
import unicodedata

LONGEST = 40
MOST_ZEROS = 12
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


def keys_to_try(typed: str) -> tuple[str, ...]:
    """Return the keys that a reader may have meant, the likeliest first; empty for nothing typed.

    Readers leave out leading zeros, add some, and copy the label with the number: "Acct. no. 42".
    How many there are does not depend on what was typed (nor do the queries made of them).
    """
    upper = unicodedata.normalize("NFKC", typed).strip().upper()
    key = number_key_of(_LABEL.sub("", upper)) or number_key_of(upper)
    bare = key.lstrip("0")
    if not bare or len(key) > LONGEST:
        return ()
    padded = ("0" * zeros + bare for zeros in range(MOST_ZEROS + 1))
    return tuple(dict.fromkeys((key, *padded)))


def bare_key_of(typed: str) -> str:
    """Return what wrong tries of one number are counted by: its key without leading zeros."""
    keys = keys_to_try(typed)
    return keys[0].lstrip("0") if keys else number_key_of(typed)[:LONGEST]
