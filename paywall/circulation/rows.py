"""Reading one record of a circulation file: what is kept of it, or why it is rejected. Pure."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from paywall.circulation.check_digits import is_checked
from paywall.circulation.numbers import number_key_of, phone_last4_of
from paywall.circulation.profiles import Profile

WEEK = "MTWRFSU"
_YEARS = range(1950, 2200)  # outside, a date is how their system writes none
_IN_PHONES = "0123456789 ().+-"
_SHORT = 24  # characters of what was written that a reason quotes


# Raise it with every change of what is kept of a row: all rows are then read anew.
_READING = "1"

# A row as it is staged: texts in the order of ROW. An empty date is "".
Row = tuple[str, ...]
ROW = (
    "publication",
    "number",
    "number_key",
    "former_number_key",
    "first_name",
    "last_name",
    "second_name",
    "company",
    "street",
    "city",
    "postal_code",
    "billing_postal_code",
    "phone_last4",
    "email",
    "product",
    "rate_code",
    "delivery_days",
    "status",
    "hold_until",
    "paid_through",
)


class Rejected(NamedTuple):
    """Whose row it was, as far as it could be read, and why it is rejected."""

    publication: str
    number: str
    number_key: str
    reason: str
    repeats: bool = False


_TEXTS = (
    ("publication", 40),
    ("account_number", 40),
    ("first_name", 80),
    ("last_name", 80),
    ("second_name", 160),
    ("company", 160),
    ("street", 200),
    ("city", 80),
    ("postal_code", 16),
    ("billing_postal_code", 16),
    ("product", 40),
    ("rate_code", 40),
)


def digester_of(profile: Profile) -> Callable[[tuple[str, ...]], int]:
    """Return what gives 62 bits of the fields of a record, as they are written.

    A row of which an account has the digest in force says nothing new: it need not be read. What
    else decides how it is read, is part of it.
    """
    rules = (
        profile.dates,
        sorted(profile.no_date),
        sorted(profile.statuses.items()),
        profile.days,
        profile.prefixes,
        profile.check,
        profile.publication,
    )
    start = blake2b(f"{_READING} {rules}".encode(), digest_size=8).hexdigest() + "\x02"
    between, number_of = "\x1f".join, int.from_bytes

    def digest_of(fields: tuple[str, ...]) -> int:
        told = (start + between(fields)).encode("utf-8", "replace")
        return number_of(blake2b(told, digest_size=8).digest(), "big") >> 2

    return digest_of


def reader_of(profile: Profile) -> Callable[[tuple[str, ...]], Row | Rejected]:
    """Return what reads the fields of a record, in the order of profiles.COLUMNS."""
    key_of = _numbers(profile)
    date_of = lru_cache(8192)(lambda text: _date(text, profile))
    days_of = lru_cache(1024)(lambda text: _days(text, profile))
    statuses, publication_of_all, check = profile.statuses, profile.publication, profile.check

    def read(fields: tuple[str, ...]) -> Row | Rejected:
        (
            number, first_name, last_name, street, city, postal_code, phone, email, days, status,
            paid_through, publication, second_name, company, billing, former, product, rate_code,
            hold_until,
        ) = fields if (tidy := _is_tidy(fields)) else _tidied(fields)  # fmt: skip
        publication = publication or publication_of_all
        key = key_of(number) if len(number) <= 40 else ""

        def rejected(reason: str) -> Rejected:
            return Rejected(publication[:40], number[:40], key[:40], reason)

        if (
            len(publication) > 40 or len(number) > 40 or len(first_name) > 80
            or len(last_name) > 80 or len(second_name) > 160 or len(company) > 160
            or len(street) > 200 or len(city) > 80 or len(postal_code) > 16 or len(billing) > 16
            or len(product) > 40 or len(rate_code) > 40
        ):  # fmt: skip
            return rejected(
                _too_long(
                    publication, number, first_name, last_name, second_name, company, street,
                    city, postal_code, billing, product, rate_code,
                )
            )  # fmt: skip
        if not tidy and "\0" in "".join(fields):
            return rejected("holds a NUL, which is no text")
        if not key:
            return rejected("has no account number")
        if len(key) > 40:
            return rejected("the account number is longer than 40 characters")
        if check and not is_checked(key, check):
            return rejected(f"the check digit of the account number {number} is wrong")
        word = statuses.get(status) or statuses.get(status.lower())
        if word is None:
            return rejected(f"the status {_quoted(status)} is none of {', '.join(statuses)}")
        try:
            paid, hold = date_of(paid_through), date_of(hold_until)
            delivery_days = days_of(days)
        except ValueError as error:
            return rejected(str(error))
        return (
            publication, number, key, key_of(former)[:40] if former else "", first_name, last_name,
            second_name, company, street, city, postal_code, billing,
            _last4(phone), _address(email), product, rate_code, delivery_days, word, hold, paid,
        )  # fmt: skip

    return read


def _is_tidy(fields: tuple[str, ...]) -> bool:
    """Tell whether there are single spaces in the fields, none around them, and nothing worse.

    Nearly all rows are so; to look at once takes a third of the time. Of what is printable a space
    is the only white one: no NUL is, and no end of line.
    """
    told = "|".join(fields)
    return (
        told.isprintable() and "  " not in told and " |" not in told and "| " not in told
        and told[0] != " " and told[-1] != " "
    )  # fmt: skip


def _tidied(fields: tuple[str, ...]) -> list[str]:
    """Return the fields with single spaces in them and none around them."""
    return [" ".join(field.split()) for field in fields]


def _numbers(profile: Profile) -> Callable[[str], str]:
    prefixes = tuple(profile.prefixes)

    def key_of(number: str) -> str:
        plain = number.isascii() and number.isdigit()
        key = number if plain else number_key_of(number)
        for prefix in prefixes:
            if key.startswith(prefix) and len(key) > len(prefix):
                return key.removeprefix(prefix)
        return key

    return key_of


def _too_long(*texts: str) -> str:
    name, limit = next(one for one, text in zip(_TEXTS, texts, strict=True) if len(text) > one[1])
    return f"{name} is longer than {limit} characters"


def _date(text: str, profile: Profile) -> str:
    """Return a date as ISO 8601, or "" where there is none. Raises ValueError."""
    if not text or text in profile.no_date:
        return ""
    for form in profile.dates:
        try:
            found = _parsed(text, form)
        except ValueError:
            continue
        return found.isoformat() if found.year in _YEARS else ""
    raise ValueError(f"the date {_quoted(text)} is not like {_example(profile)}")


def _parsed(text: str, form: str) -> date:
    return datetime.strptime(text, form).date()  # noqa: DTZ007  # a date has no zone


def _example(profile: Profile) -> str:
    return date(2026, 1, 31).strftime(profile.dates[0])


def _days(text: str, profile: Profile) -> str:
    """Return the days of delivery in the week's order, like `MTWRFSU`. Raises ValueError."""
    days = text.upper().replace(" ", "")
    if profile.days:
        if len(days) > len(profile.days) or set(days) - set("YN"):
            raise ValueError(f"the delivery days {_quoted(text)} are not like YYYYYYN")
        days = "".join(day for day, on in zip(profile.days, days, strict=False) if on == "Y")
    if set(days) - set(WEEK):
        raise ValueError(f"the delivery days {_quoted(text)} are not like {WEEK}")
    return "".join(day for day in WEEK if day in days)


def _last4(phone: str) -> str:
    if not phone:
        return ""
    last4 = phone[-4:]
    if not phone.strip(_IN_PHONES) and last4.isdigit() and last4.count(last4[0]) < len(last4) == 4:
        return last4  # as nearly all are
    return phone_last4_of(phone)


def _address(email: str) -> str:
    email = email.lower()
    return email if "@" in email and len(email) <= 254 and " " not in email else ""


def _quoted(text: str) -> str:
    return f"“{text[:_SHORT]}…”" if len(text) > _SHORT else f"“{text}”"
