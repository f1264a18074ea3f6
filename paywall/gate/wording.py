"""The words of the wall and its offers, which staff may change. Pure.

A text is plain, with a few placeholders such as {allowance}; there is nothing else in braces.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NUMBERS = {
    "allowance": "how many stories a month are free: 7",
    "stories": "“stories”, or “story” after a 1",
    "come": "“come”, or “comes” after a 1",
}
LEFT = {"remaining": "how many are left, as a word: five", "stories": NUMBERS["stories"]}
NEXT = {**NUMBERS, "date": "when the next ones come: 1 December"}
SECTION = {"section": "the section of the story: Sport"}
PRICE = {"price": "the lowest price that opens the story: €8.00 a month"}
WAYS = {"ways": "how many ways in are offered, as a word: three"}
NOTHING: Mapping[str, str] = {}

_BRACES = re.compile(r"\{(\w+)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text: where it stands, what it is unless staff say otherwise, what may stand in it."""

    key: str
    label: str
    default: str
    may_name: Mapping[str, str]
    longest: int
    may_be_empty: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The texts of one wall, or of one offer."""

    title: str
    pieces: tuple[Piece, ...]


def _title(
    key: str, default: str, may_name: Mapping[str, str] = NOTHING, label: str = "Title"
) -> Piece:
    return Piece(f"{key}_title", label, default, may_name, 120, False)


def _text(
    key: str, default: str, may_name: Mapping[str, str] = NOTHING, label: str = "Text"
) -> Piece:
    return Piece(key, label, default, may_name, 300, True)


def _button(key: str, default: str, label: str = "Button") -> Piece:
    return Piece(key, label, default, NOTHING, 80, False)


GROUPS = (
    Group(
        "The wall for a stranger",
        (
            _title("sign_in", "Keep reading"),
            _text("sign_in_text", "There are {ways} ways to the rest of this story.", WAYS),
            _text(
                "sign_in_spent",
                "You have read your {allowance} free premium {stories} this month "
                "without an account.",
                NUMBERS,
                "Text where strangers have free stories, and read them",
            ),
        ),
    ),
    Group(
        "The wall once the month’s stories are read",
        (
            _title(
                "meter_spent",
                "You have read your {allowance} free premium {stories} this month.",
                NUMBERS,
            ),
            _text("meter_spent_text", "Your next {allowance} {come} on {date}.", NEXT),
            _title(
                "section_spent",
                "No more free stories in {section} this month.",
                SECTION,
                "Title in a section with fewer free stories of its own",
            ),
            _text(
                "section_spent_text",
                "In {section}, only the first {allowance} premium {stories} of your month can be "
                "free. That begins anew on {date}.",
                {**NEXT, **SECTION},
                "Text in a section with fewer free stories of its own",
            ),
            _title(
                "no_allowance",
                "This story comes with a package.",
                label="Title where no stories are free",
            ),
        ),
    ),
    Group(
        "The wall of a story for subscribers",
        (
            _title("subscribers_only", "This one is for subscribers."),
            _text(
                "subscribers_only_one",
                "Your {remaining} free {stories} is untouched.",
                LEFT,
                "Text where one free story is left",
            ),
            _text(
                "subscribers_only_text",
                "Your {remaining} free {stories} are untouched.",
                LEFT,
                "Text where more are left",
            ),
            _title(
                "not_in_package",
                "Your package covers other sections",
                label="Title for who pays for other sections",
            ),
            _text(
                "not_in_package_text",
                "This one is in {section}: a package that covers {section} opens it.",
                SECTION,
                "Text for who pays for other sections",
            ),
        ),
    ),
    Group(
        "The wall before the emailed code is typed",
        (
            _title("verify_email", "One more step to this story"),
            _text("verify_email_text", "Your account is waiting for the code we emailed you."),
        ),
    ),
    Group(
        "The offer: subscribe",
        (
            _title("subscribe", "Subscribe now"),
            _text("subscribe_text", "Choose a package that suits your preferences."),
            _text("subscribe_price", "From {price}.", PRICE, "Added with the lowest price"),
            _title(
                "other_package",
                "Choose another package",
                label="Title for who pays for other sections",
            ),
            _text(
                "other_package_text",
                "You see what is due before you change anything.",
                label="Text for who pays for other sections",
            ),
            _button("subscribe_button", "See the packages"),
        ),
    ),
    Group(
        "The offer: a free account",
        (
            _title("account", "Start a free account", NUMBERS),
            _text("account_text", "{allowance} premium {stories} every month for free.", NUMBERS),
            _text(
                "account_not_this",
                "This one is not among them.",
                label="Added where the story is not one of them",
            ),
            _text("account_none", "Choose a package later.", label="Text where none are free"),
            _button("account_button", "Start with your email"),
        ),
    ),
    Group(
        "The offer: already a subscriber",
        (
            _title("subscriber", "Already a subscriber?"),
            _button("subscriber_button", "Sign in"),
            _button(
                "print_link",
                "I get the printed paper: turn on my digital access",
                "Link for print subscribers",
            ),
        ),
    ),
    Group(
        "The offer: the printed paper, to readers who are signed in",
        (
            _title("print", "Do you get the printed paper?"),
            _text("print_text", "Digital access comes with it."),
        ),
    ),
    Group(
        "The offer: type the emailed code",
        (
            _title("verify", "Enter the code we emailed you"),
            _text(
                "verify_text",
                "Then your free account opens {allowance} premium {stories} every month.",
                NUMBERS,
            ),
            _button("verify_button", "Enter the code"),
        ),
    ),
)
PIECES = {piece.key: piece for group in GROUPS for piece in group.pieces}


def problem_with(piece: Piece, text: str) -> str:
    """Return what is wrong with a text, for who wrote it, or ""."""
    if not text.strip() and not piece.may_be_empty:
        return "Write something: without it the wall has a hole."
    if len(text) > piece.longest:
        return f"It has {len(text)} characters; {piece.longest} fit."
    for found in _BRACES.finditer(text):
        if found[1] is None:
            return f"A “{found[0]}” stands alone. Braces are for placeholders, such as {{stories}}."
        if found[1] not in piece.may_name:
            return f"{found[0]} means nothing here. {_those(piece.may_name)}"
    return ""


def changes(texts: Mapping[str, str]) -> dict[str, str]:
    """Keep the texts that are known and differ from ours."""
    return {
        key: text.strip()
        for key, text in texts.items()
        if key in PIECES and text.strip() != PIECES[key].default
    }


def complete(changed: Mapping[str, str]) -> dict[str, str]:
    """Return every text: as changed, or ours."""
    return {key: changed.get(key, piece.default) for key, piece in PIECES.items()}


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put the values in the place of their names; a name that has none stays as it is."""
    return _BRACES.sub(lambda found: str(values.get(found[1] or "", found[0])), text)


def _those(names: Iterable[str]) -> str:
    known = ", ".join(f"{{{name}}}" for name in names)
    return f"What may stand here: {known}." if known else "No placeholder may stand here."
