"""What is on file next to what a reader typed, for the staff who decide a case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from paywall.circulation import cases, finding, seating
from paywall.circulation.addresses import same_house_number, same_postal_code
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.matching import PREFIXES, Proof, is_name_of, is_number_of
from paywall.circulation.models import PrintAccount
from paywall.circulation.numbers import keys_to_try
from paywall.circulation.rights import Right

MOST = 10


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a reader typed, and what an account has of it; either may be empty."""

    what: str
    typed: str
    filed: str
    fits: bool

    @property
    def differs(self) -> bool:
        return bool(self.typed and self.filed) and not self.fits


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account, each fact of it beside what was typed, whether it opens and has a free seat.

    `has_seat`: the reader of the case has one of its seats already.
    """

    account: PrintAccount
    right: Right
    seats: int
    free_seats: int
    has_seat: bool
    facts: Sequence[Fact]

    @property
    def fits(self) -> int:
        """Return how much fits."""
        return sum(fact.fits for fact in self.facts)

    @property
    def may_be_approved(self) -> bool:
        return self.has_seat or self.free_seats > 0


def candidates_for(case: PrintCase, *, search: str, now: datetime) -> Sequence[Candidate]:
    """Return the accounts that a case may be about, what fits best first.

    `search`: another account number that staff look up.
    """
    typed = cases.typed_in(case)
    keys = (*typed.keys, *keys_to_try(search, PREFIXES))
    wanted = Q(number_key__in=keys) | Q(former_number_key__in=keys)
    if case.phone_last4:
        wanted |= Q(phone_last4=case.phone_last4, postal_code__istartswith=case.postal_code[:3])
    wanted |= Q(email=case.reader.email)
    found = list(PrintAccount.objects.filter(wanted).order_by("pk")[:50])
    proved = finding.with_rights([(account, Proof.STAFF) for account in found], now=now)
    has = set(
        Activation.objects.active().filter(reader=case.reader).values_list("account_id", flat=True)
    )
    candidates = [
        _compared(case, one.account, one.right, has_seat=one.account.pk in has) for one in proved
    ]
    searched = keys_to_try(search, PREFIXES)
    candidates.sort(key=lambda one: (one.account.number_key not in searched, -one.fits))
    return candidates[:MOST]


def _compared(case: PrintCase, account: PrintAccount, right: Right, *, has_seat: bool) -> Candidate:
    return Candidate(
        account=account,
        right=right,
        seats=seating.seats_of(account),
        free_seats=seating.free_seats(account),
        has_seat=has_seat,
        facts=list(_facts(case, account)),
    )


def _facts(case: PrintCase, account: PrintAccount) -> Iterator[Fact]:
    typed, on_file = cases.typed_in(case), finding.on_file(account)
    codes = account.postal_code, account.billing_postal_code
    fits = any(same_postal_code(typed.postal_code, code) for code in codes)
    house_fits = same_house_number(typed.house_number, account.street)
    phone_fits = typed.phone_last4 != "" and typed.phone_last4 == account.phone_last4
    email = case.reader.email
    yield Fact("Account number", typed.number, str(account), is_number_of(typed, on_file))
    yield Fact("Name", typed.last_name, _names(account), is_name_of(typed.last_name, on_file))
    yield Fact("Postal code", typed.postal_code, _codes(account), fits)
    yield Fact("House number", typed.house_number, _address(account), house_fits)
    yield Fact("Phone, last four", typed.phone_last4, account.phone_last4, phone_fits)
    yield Fact("Email address", email, account.email, email.casefold() == account.email.casefold())


def _names(account: PrintAccount) -> str:
    first = f"{account.first_name} {account.last_name}".strip()
    return "; ".join(name for name in (first, account.second_name, account.company) if name)


def _codes(account: PrintAccount) -> str:
    bill = account.billing_postal_code
    return f"{account.postal_code} (bill: {bill})" if bill else account.postal_code


def _address(account: PrintAccount) -> str:
    return ", ".join(part for part in (account.street, account.city) if part)
