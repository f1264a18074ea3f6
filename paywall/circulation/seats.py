"""What the holder of a print account does with its seats, and what others do with theirs.

Each is one transaction under the lock of the account's row. What is not the reader's to do raises
NotYoursError; what cannot be done raises CannotDoError, whose text is for the reader.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.mailbox import canonical_mailbox
from accounts.models import Reader
from accounts.proved import proved_addresses
from paywall.circulation import seating
from paywall.circulation.claims import Activation, Invitation
from paywall.circulation.following import judged_as_of
from paywall.circulation.matching import Proof

INVITATIONS_LAST = timedelta(days=14)
INVITATIONS_A_DAY = 5

ALL_TAKEN = "Everybody your subscription is good for has access already. Take one back first."
INVITED_ALREADY = "You have invited as many people as there are places left. Take one back first."
TOO_MANY = "You have sent several invitations today. Send the next one tomorrow."
YOUR_OWN = "This is your own address: you have access already."
OVER = "This invitation has been used or taken back, or is older than two weeks."


class NotYoursError(Exception):
    """Only the holder may do this, or the reader themselves."""


class CannotDoError(Exception):
    """It cannot be done now; the text says why."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, and the secret that its letter has. It is kept nowhere else."""

    invitation: Invitation
    secret: str


def approve(activation_id: int, *, by: Reader, now: datetime) -> Activation:
    """Let in a reader who waits. Raises NotYoursError, CannotDoError."""
    with transaction.atomic():
        wanted = _of_holder(activation_id, by)
        as_of = judged_as_of(wanted.account.publication, now=now)
        taken = seating.take(
            wanted.account, wanted.reader, Proof(wanted.proof), as_of=as_of, now=now, let_in=True
        )
        if taken.state != Activation.State.ACTIVE:
            raise CannotDoError(ALL_TAKEN)
    return taken


def withdraw(activation_id: int, *, by: Reader, now: datetime) -> None:
    """Take somebody's seat back, say no to who waits, or give up one's own.

    Raises NotYoursError.
    """
    with transaction.atomic():
        found = Activation.objects.filter(pk=activation_id, reader=by).first()
        if found:
            seating.lock(found.account_id)
            mine = Activation.objects.select_related("account", "entitlement").get(pk=found.pk)
            seating.give_back(mine, barred=mine.barred, now=now)
            return
        seating.give_back(_of_holder(activation_id, by), barred=True, now=now)


def take_back_by_staff(activation_id: int, *, now: datetime) -> None:
    """Take a seat, or the wish for one, from a reader, for staff."""
    with transaction.atomic():
        found = Activation.objects.filter(pk=activation_id).first()
        if found:
            seating.lock(found.account_id)
            fresh = Activation.objects.select_related("account", "entitlement").get(pk=found.pk)
            seating.give_back(fresh, barred=True, now=now)


def invite(account_id: int, address: str, *, by: Reader, now: datetime) -> Invited:
    """Invite somebody to a seat; the letter is the caller's to send.

    Raises NotYoursError, CannotDoError.
    """
    address = address.strip().lower()
    with transaction.atomic():
        account = seating.lock(account_id)
        _require_holder(account_id, by)
        if canonical_mailbox(address) in map(canonical_mailbox, proved_addresses(by)):
            raise CannotDoError(YOUR_OWN)
        # The same address once more: the new letter is the one that works.
        account.invitations.filter(address=address).update(ends_at=now)
        open_now = account.invitations.filter(ends_at__gt=now).count()
        free = seating.free_seats(account)
        if not free:
            raise CannotDoError(ALL_TAKEN)
        if open_now >= free:
            raise CannotDoError(INVITED_ALREADY)
        today = account.invitations.filter(made_at__gt=now - timedelta(days=1)).count()
        if today >= INVITATIONS_A_DAY:
            raise CannotDoError(TOO_MANY)
        secret = secrets.token_urlsafe(24)
        invitation = Invitation.objects.create(
            account=account,
            inviter=by,
            address=address,
            secret_hash=_hash(secret),
            made_at=now,
            ends_at=now + INVITATIONS_LAST,
        )
    return Invited(invitation, secret)


def take_back(invitation_id: int, *, by: Reader, now: datetime) -> None:
    """Take an invitation back. Raises NotYoursError."""
    with transaction.atomic():
        found = Invitation.objects.filter(pk=invitation_id).first()
        if found is None:
            raise NotYoursError
        seating.lock(found.account_id)
        _require_holder(found.account_id, by)
        Invitation.objects.filter(pk=found.pk, ends_at__gt=now).update(ends_at=now)


def invitation_of(secret: str, *, now: datetime) -> Invitation | None:
    """Return the invitation that a letter's secret is for, while it is good."""
    good = Invitation.objects.filter(secret_hash=_hash(secret), ends_at__gt=now)
    return good.select_related("account", "inviter").first()


def accept(secret: str, reader: Reader, *, now: datetime) -> Activation:
    """Give the reader the seat that they are invited to. Raises CannotDoError.

    The letter proves it: a reader whose address is another one than the invited may accept.
    """
    if not proved_addresses(reader):
        raise CannotDoError("Confirm your email address first.")
    with transaction.atomic():
        found = invitation_of(secret, now=now)
        if found is None:
            raise CannotDoError(OVER)
        account = seating.lock(found.account_id)
        if invitation_of(secret, now=now) is None:  # used by somebody faster
            raise CannotDoError(OVER)
        as_of = judged_as_of(account.publication, now=now)
        taken = seating.take(account, reader, Proof.INVITED, as_of=as_of, now=now, let_in=True)
        if taken.state != Activation.State.ACTIVE:
            raise CannotDoError("All places of this subscription are taken by now.")
        Invitation.objects.filter(pk=found.pk).update(ends_at=now)
    return taken


def forget_old(*, now: datetime) -> int:
    """Delete invitations a month after they ended; return how many."""
    return Invitation.objects.filter(ends_at__lt=now - timedelta(days=30)).delete()[0]


def _of_holder(activation_id: int, by: Reader) -> Activation:
    """Return an activation of an account that the reader holds, with the account locked."""
    found = Activation.objects.filter(pk=activation_id).first()
    if found is None:
        raise NotYoursError
    seating.lock(found.account_id)
    _require_holder(found.account_id, by)
    return Activation.objects.select_related("account", "entitlement", "reader").get(pk=found.pk)


def _require_holder(account_id: int, reader: Reader) -> None:
    holder = Activation.objects.active().filter(account=account_id, reader=reader, holder=True)
    if not holder.exists():
        raise NotYoursError


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
