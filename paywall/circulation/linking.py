"""Staff give a reader a seat on a print account, and take it back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Reader
from paywall.circulation import seating
from paywall.circulation.claims import Activation
from paywall.circulation.following import judged_as_of
from paywall.circulation.matching import Proof
from paywall.circulation.models import PrintAccount
from paywall.circulation.numbers import keys_to_try

MOST = 20


class NoSeatError(Exception):
    """All seats of the account are taken."""

    def __init__(self) -> None:
        super().__init__("All seats of this account are taken: give it more first.")


def accounts_numbered(typed: str) -> list[PrintAccount]:
    """Return the accounts that a number may be of, as somebody reads it out; sister papers too."""
    keys = keys_to_try(typed)
    if not keys:
        return []
    named = Q(number_key__in=keys) | Q(former_number_key__in=keys)
    return list(PrintAccount.objects.filter(named).order_by("publication", "number_key")[:MOST])


def link(account: PrintAccount, reader: Reader, *, now: datetime) -> Activation:
    """Give the reader a seat on the account, whatever was proved. Raises NoSeatError."""
    with transaction.atomic():
        locked = seating.lock(account.pk)
        as_of = judged_as_of(locked.publication, now=now)
        taken = seating.take(locked, reader, Proof.STAFF, as_of=as_of, now=now, let_in=True)
        if taken.state != Activation.State.ACTIVE:
            raise NoSeatError
    return taken
