"""The seats of a print account. Everything here happens under the lock of the account's row."""

from datetime import datetime

from django.conf import settings

from accounts.models import Reader
from paywall.circulation.claims import Activation
from paywall.circulation.finding import NONE
from paywall.circulation.following import follow
from paywall.circulation.matching import Proof
from paywall.circulation.models import PrintAccount
from paywall.entitlements import granting
from paywall.insights import counting
from paywall.insights.happenings import What

ACTIVE, WAITING, WITHDRAWN = (
    Activation.State.ACTIVE,
    Activation.State.WAITING,
    Activation.State.WITHDRAWN,
)


def lock(account_id: int) -> PrintAccount:
    """Lock an account's row until the transaction is over.

    Raises PrintAccount.DoesNotExist.
    """
    return PrintAccount.objects.select_for_update().get(pk=account_id)


def seats_of(account: PrintAccount) -> int:
    """Return how many readers an account is good for."""
    return settings.PRINT_SEATS if account.seats is None else account.seats


def free_seats(account: PrintAccount) -> int:
    """Return how many of its seats nobody has."""
    return max(seats_of(account) - account.activations.active().count(), 0)


def take(
    account: PrintAccount,
    reader: Reader,
    proof: Proof,
    *,
    as_of: datetime,
    now: datetime,
    let_in: bool = False,
) -> Activation:
    """Give the reader a free seat, or have them wait for the holder; the account is locked.

    Whoever has one keeps it. The first becomes the holder. `let_in`: the holder or staff ask for
    it, so that a seat taken back before is given again.
    """
    mine = Activation.objects.filter(account=account, reader=reader).first()
    if mine and mine.state == ACTIVE:
        return mine
    if mine is None:
        mine = Activation(account=account, reader=reader, claimed_at=now)
    free = free_seats(account)
    if free and (let_in or not mine.barred):
        mine.state, mine.barred, mine.withdrawn_at = ACTIVE, False, None
        mine.holder = not account.activations.filter(holder=True).exists()
    else:
        mine.state = WAITING
    if mine.state == ACTIVE or mine.pk is None:
        mine.proof = proof
    mine.save()
    if mine.state == ACTIVE:
        follow([account.pk], as_of=as_of, now=now)
        counting.count(What.PRINT_ACTIVATED, at=now)
    return mine


def seem_to_ask(reader: Reader) -> None:
    """Ask the database as `take` does for somebody who has to wait, and change nothing."""
    nobody = PrintAccount(pk=NONE)
    Activation.objects.filter(account=nobody, reader=reader).first()
    free_seats(nobody)
    Activation.objects.filter(account=nobody, reader=reader).update(state=WAITING)


def give_back(activation: Activation, *, barred: bool, now: datetime) -> None:
    """Take a seat, or the wish for one, from a reader; the account is locked.

    A holder who leaves hands on to whoever has had a seat for longest.
    """
    was_holder = activation.holder
    activation.state, activation.holder = WITHDRAWN, False
    activation.barred, activation.withdrawn_at = barred, now
    activation.save(update_fields=["state", "holder", "barred", "withdrawn_at"])
    if activation.entitlement:  # it begins anew with the next seat
        granting.withdraw(activation.entitlement, at=now)
    if was_holder:
        _find_holder(activation.account)


def hand_on(reader: Reader) -> None:
    """Let others hold the accounts that this reader holds, who is about to be deleted.

    Call it in the transaction that deletes the reader.
    """
    held = Activation.objects.filter(reader=reader, holder=True)
    for account_id in held.order_by("account").values_list("account", flat=True):
        account = lock(account_id)
        account.activations.filter(reader=reader).update(holder=False, state=WITHDRAWN)
        _find_holder(account)


def _find_holder(account: PrintAccount) -> None:
    heir = account.activations.active().order_by("claimed_at", "pk").first()
    if heir:
        Activation.objects.filter(pk=heir.pk).update(holder=True)
