"""What is on file next to what a reader typed, for the staff who decide a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from paywall.circulation import cases, finding, seating
from paywall.circulation.addresses import same_house_number, same_postal_code
from paywall.circulation.claims import PrintCase
from paywall.circulation.matching import PREFIXES, Proof, is_name_of, is_number_of
from paywall.circulation.models import PrintAccount
from paywall.circulation.numbers import keys_to_try
from paywall.circulation.rights import Right

MOST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account, what of it fits what was typed, and whether it opens and has a free seat."""

    account: PrintAccount
    right: Right
    free_seats: int
    number: bool
    name: bool
    postal_code: bool
    house_number: bool
    phone: bool

    @property
    def fits(self) -> int:
        """Return how much fits."""
        return sum((self.number, self.name, self.postal_code, self.house_number, self.phone))


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
    candidates = [_compared(case, one.account, one.right) for one in proved]
    searched = keys_to_try(search, PREFIXES)
    candidates.sort(key=lambda one: (one.account.number_key not in searched, -one.fits))
    return candidates[:MOST]


def _compared(case: PrintCase, account: PrintAccount, right: Right) -> Candidate:
    typed, on_file = cases.typed_in(case), finding.on_file(account)
    code = typed.postal_code
    return Candidate(
        account=account,
        right=right,
        free_seats=seating.free_seats(account),
        number=is_number_of(typed, on_file),
        name=is_name_of(typed.last_name, on_file),
        postal_code=same_postal_code(code, account.postal_code)
        or same_postal_code(code, account.billing_postal_code),
        house_number=same_house_number(typed.house_number, account.street),
        phone=typed.phone_last4 != "" and typed.phone_last4 == account.phone_last4,
    )
