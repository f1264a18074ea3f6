"""Whether a typed postal code or house number is the one on file. Pure."""

import re
import unicodedata

from paywall.circulation.numbers import number_key_of

SHORTEST_CODE = 3  # Iceland's
_COUNTRY = re.compile(r"^[A-Z]{1,3}\s?-\s?(?=\d{3,})")
_ZIP_4 = re.compile(r"^(\d{4,5})\s?[-–]\s?(\d{4})$")
_LOOK_ALIKES = str.maketrans("OI", "01")
_UNIT = re.compile(
    r"(?:\b(?:APT|APARTMENT|UNIT|SUITE|STE|FLAT|FLOOR|FL|LOT|SPC|SPACE|RM|ROOM|TRLR|BLDG|BUILDING|"
    r"STUDIO|TOP|STIEGE|WHG|BTE|BUS)\b[\s.]*#?|#)\s*[\w-]*",
)
_ROAD = re.compile(
    r"\b(?:HIGHWAY|HWY|ROUTE|RTE|RT|COUNTY ROAD|CO RD|CR|STATE ROAD|SR|RURAL ROUTE|RR|INTERSTATE|"
    r"CALLE|CARRERA|FM|US)\b[\s.]*\d+\w*"
)
_BOX = re.compile(r"\b(?:P\.?\s?O\.?\s?)?BOX\b[\s.#]*")
_ORDINAL = re.compile(r"\b\d+(?:ST|ND|RD|TH)\b")
_NUMBER = re.compile(r"\d+(?:\s?[A-Z](?![A-Z]))?(?:\s?½|\s1/2)?")
_PAIR = re.compile(r"\d+\s?[-/–]\s?\d+")
_GRID = re.compile(r"\b[NSEW]\d+[NSEW]\d+\b")
_FIRST_NUMBER = re.compile(rf"{_GRID.pattern}|{_PAIR.pattern}|{_NUMBER.pattern}")
_LABEL = re.compile(r"^(?:NO|NR|NUMBER|HOUSE)\b[\s.:]*")


def same_postal_code(typed: str, on_file: str) -> bool:
    """Tell whether two postal codes are one: spaces, dashes, ZIP+4 and capitals aside.

    A code of digits alone may have lost its leading zero to a spreadsheet. Nothing, zeros and
    nines are no code.
    """
    one, other = postal_key_of(typed), postal_key_of(on_file)
    return one != "" and one == other


def postal_key_of(text: str) -> str:
    """Return a postal code as it is compared; empty where there is none."""
    upper = unicodedata.normalize("NFKC", text).strip().upper()
    upper = _COUNTRY.sub("", upper)
    if found := _ZIP_4.match(upper):
        upper = found[1]
    key = number_key_of(upper)
    if key.isdigit():
        if len(key) == 9:  # ZIP+4 without its dash
            key = key[:5]
        bare = key.lstrip("0")
        known = len(key) >= SHORTEST_CODE and bare and set(key) != {"9"}
        return bare if known else ""
    if not any(each.isdigit() for each in key) or len(key) < SHORTEST_CODE:
        return ""
    return key.translate(_LOOK_ALIKES)


def same_house_number(typed: str, street: str) -> bool:
    """Tell whether a house number, or a street with it, is the one in the street on file."""
    one = house_number_of(typed)
    return one != "" and one in house_numbers_in(street)


def house_number_of(typed: str) -> str:
    """Return the one house number that was typed: "12a", "No. 12", "12 Quay Street"."""
    found = _FIRST_NUMBER.search(_LABEL.sub("", _upper(typed).lstrip("# ")))
    return number_key_of(found[0]) if found else ""


def house_numbers_in(street: str) -> frozenset[str]:
    """Return what may be the house number in a street: not a flat, a road's number, "5th".

    Of a range or a pair ("12-14", "3/12") each is one, and both together.
    """
    upper = _upper(street)
    without = _ORDINAL.sub(" ", _ROAD.sub(" ", _UNIT.sub(" ", _BOX.sub(" BOX ", upper))))
    numbers = {number_key_of(found) for found in _GRID.findall(without)}
    numbers |= {number_key_of(found) for found in _PAIR.findall(without)}
    for found in _NUMBER.findall(_GRID.sub(" ", without)):
        key = number_key_of(found)
        numbers |= {key, number_key_of(found.split()[0])}
    return frozenset(number for number in numbers if number.strip("0"))


def _upper(text: str) -> str:
    return text.strip().upper().replace("½", " 1/2")
