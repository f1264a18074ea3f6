"""What circulation files look like. A circulation system's own way to write one is a profile.

To add one, add a Profile to PROFILES and a file of its kind to tests/circulation/test_profiles.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

REQUIRED = (
    "account_number",
    "first_name",
    "last_name",
    "street",
    "city",
    "postal_code",
    "phone",
    "email",
    "delivery_days",
    "status",
    "paid_through",
)
OPTIONAL = (
    "publication",
    "second_name",
    "company",
    "billing_postal_code",
    "former_account_number",
    "product",
    "rate_code",
    "hold_until",
)
COLUMNS = REQUIRED + OPTIONAL


@dataclass(frozen=True, slots=True)
class Delimited:
    """Fields between delimiters, quoted where needed, under a header that names them."""

    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class FixedWidth:
    """Fields at fixed places. `fields`: our column to its first place (from 1) and its width.

    `detail`: what the first place of a row of an account holds. `trailer`: what that of the last
    line holds; `count` is where it says how many rows there are, so that a file cut off is noticed.
    """

    length: int
    fields: Mapping[str, tuple[int, int]]
    detail: str = ""
    trailer: str = ""
    count: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read one circulation system's files.

    `columns`: our column to the name it has in their header, where that is another.
    `encoding`: empty to recognise UTF-8, UTF-16 and cp1252. `dates`: `strptime` formats.
    `no_date`: what they write for none. `statuses`: their word, in small letters, to ours.
    `days`: a letter for each place, from Monday, where they write Y and N; empty for `MTWRFSU`.
    `prefixes`: what stands before a number and is no part of it; `check`: luhn or mod11.
    `publication`: whose accounts these are, where the file does not say. `full`: what is not in
    the file is gone; off where it holds changes only.
    """

    name: str
    layout: Delimited | FixedWidth
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    no_date: frozenset[str] = frozenset()
    statuses: Mapping[str, str] = field(
        default_factory=lambda: {word: word for word in ("active", "hold", "stopped", "nonpay")}
    )
    days: str = ""
    prefixes: tuple[str, ...] = ()
    check: str = ""
    publication: str = ""
    full: bool = True


STANDARD = Profile(name="standard", layout=Delimited())

# One line of 240 characters for each row, D in its first place; the last line is T and the count.
# The publication is four letters, the number SUB, nine digits and a check digit.
FIXED_240 = Profile(
    name="fixed-240",
    layout=FixedWidth(
        length=240,
        fields={
            "publication": (2, 4),
            "account_number": (6, 13),
            "former_account_number": (19, 13),
            "status": (32, 1),
            "delivery_days": (33, 7),
            "paid_through": (40, 8),
            "hold_until": (48, 8),
            "product": (56, 4),
            "rate_code": (60, 4),
            "first_name": (64, 15),
            "last_name": (79, 20),
            "second_name": (99, 20),
            "company": (119, 25),
            "street": (144, 30),
            "city": (174, 15),
            "postal_code": (189, 9),
            "billing_postal_code": (198, 9),
            "phone": (207, 10),
            "email": (217, 24),
        },
        detail="D",
        trailer="T",
        count=(2, 9),
    ),
    dates=("%Y%m%d",),
    no_date=frozenset({"00000000", "99999999"}),
    statuses={"a": "active", "h": "hold", "s": "stopped", "n": "nonpay"},
    days="MTWRFSU",
    prefixes=("SUB",),
    check="luhn",
)

PROFILES = {
    profile.name: profile
    for profile in (
        STANDARD,
        replace(STANDARD, name="standard-changes", full=False),
        FIXED_240,
    )
}
