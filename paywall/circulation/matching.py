"""Whether what a reader typed proves that a print account is theirs. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from paywall.circulation.addresses import same_house_number, same_postal_code
from paywall.circulation.names import same_company, same_last_name, same_second_name
from paywall.circulation.numbers import bare_key_of, keys_to_try, phone_last4_of
from paywall.circulation.profiles import PROFILES

# What the paper's systems print before a number, which is no part of it.
PREFIXES = tuple(sorted({prefix for one in PROFILES.values() for prefix in one.prefixes}))


class Proof(StrEnum):
    """How an account was proved."""

    NUMBER = "number"  # with last name and postal code, or house number
    PHONE = "phone"  # its last four, with last name and postal code
    EMAIL = "email"  # the reader's verified address is the account's
    INVITED = "invited"  # by the holder
    STAFF = "staff"  # looked it up


@dataclass(frozen=True, slots=True)
class Typed:
    """What a reader typed, as typed; what was not asked is empty."""

    last_name: str
    number: str = ""
    postal_code: str = ""
    house_number: str = ""
    phone: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the account numbers that may be meant, the likeliest first."""
        return keys_to_try(self.number, PREFIXES)

    @property
    def phone_last4(self) -> str:
        return phone_last4_of(self.phone)


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the circulation system knows of an account."""

    number_key: str
    former_number_key: str = ""
    first_name: str = ""
    last_name: str = ""
    second_name: str = ""
    company: str = ""
    street: str = ""
    postal_code: str = ""
    billing_postal_code: str = ""
    phone_last4: str = ""


# Compared where no account was found, so that the answer takes as long.
NOBODY = OnFile(
    number_key="-",
    first_name="No",
    last_name="Van Nobody-Somebody",
    second_name="Nobody Whatsoever",
    company="Nobody & Sons Limited",
    street="1 Nowhere Street",
    postal_code="00000",
)


def proof_of(typed: Typed, on_file: OnFile) -> Proof | None:
    """Return what proves the account, or None.

    Everything is compared whatever was found before: the answer says how it ended, and neither
    it nor its time says why.
    """
    by_number = is_number_of(typed, on_file)
    by_phone = typed.phone_last4 != "" and typed.phone_last4 == on_file.phone_last4
    by_name = is_name_of(typed.last_name, on_file)
    delivery = same_postal_code(typed.postal_code, on_file.postal_code)
    billing = same_postal_code(typed.postal_code, on_file.billing_postal_code)
    house = same_house_number(typed.house_number, on_file.street)
    if not by_name:
        return None
    if typed.number.strip():
        return Proof.NUMBER if by_number and (delivery or billing or house) else None
    return Proof.PHONE if by_phone and (delivery or billing) else None


def is_number_of(typed: Typed, on_file: OnFile) -> bool:
    """Tell whether the typed number is the account's, or was before a move."""
    keys = typed.keys
    return on_file.number_key in keys or (
        on_file.former_number_key != "" and on_file.former_number_key in keys
    )


def is_name_of(last_name: str, on_file: OnFile) -> bool:
    """Tell whether a last name is that of either person on the account, or its company's."""
    first = same_last_name(last_name, on_file.last_name, first_name=on_file.first_name)
    second = same_second_name(last_name, on_file.second_name)
    company = same_company(last_name, on_file.company)
    return first or second or company


def what_was_tried(typed: Typed) -> str:
    """Return what wrong tries are counted by: the number, or the name and postal code.

    It is the same however the number is written; whether there is such an account says nothing.
    """
    if typed.number.strip():
        return f"number {bare_key_of(typed.number, PREFIXES)}"
    name = "".join(each for each in typed.last_name.casefold() if each.isalnum())
    code = "".join(each for each in typed.postal_code.casefold() if each.isalnum())
    return f"name {name} {code}"
