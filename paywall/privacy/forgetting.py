"""Erasing a reader who asks for it: the account is closed, and nothing here names them any more.

Money records stay, as the law wants them, without the person; so does the count of this month's
stories, under a hash, until the month is over. Unlike closing an account, which says nothing of the
printed paper, this erases what the circulation system told us too, and no later file brings it
back.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from accounts.models import Reader
from paywall.circulation import erasing, guessing
from paywall.circulation.claims import Invitation
from paywall.circulation.locking import one_at_a_time
from paywall.circulation.models import PrintAccount
from paywall.letters.models import Letter
from paywall.payments.gateway import Gateway
from paywall.privacy import closing
from paywall.subscriptions.leaving import By
from paywall.trail import recording

ERASED = "somebody who was erased"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased. `print_accounts`: those that no later file brings back."""

    print_accounts: int
    keeps_invoices: bool


def forget(
    connect: Callable[[], Gateway], reader: Reader, *, now: datetime, by: By = By.STAFF
) -> Forgotten:
    """End what the reader pays for, then erase them. Safe to repeat after any failure.

    Raises Hindered for staff, BusyError while a circulation file is read (it may hold them), and
    GatewayError: then the reader is still there.
    """
    ending = closing.what_ends(reader, now=now)
    with one_at_a_time():  # first of all: nothing is ended for who cannot be erased now
        closing.end_payments(connect, reader, now=now, by=by)
        with transaction.atomic():
            addresses = _addresses_of(reader)
            gone = erasing.erase(reader, now=now)
            _forget_letters_to(addresses)
            _forget_in_log(reader, addresses, gone)
            recording.forget(reader, gone)
            for session in UserSession.objects.filter(user=reader):
                session.end()
            guessing.forget_tries_of(reader)
            closing.forget(reader)
    return Forgotten(len(gone), ending.keeps_invoices)


def _addresses_of(reader: Reader) -> list[str]:
    others = EmailAddress.objects.filter(user=reader).values_list("email", flat=True)
    return sorted({address.lower() for address in (reader.email, *others)})


def _forget_letters_to(addresses: Collection[str]) -> None:
    """Forget invitations that others sent to the reader."""
    Invitation.objects.filter(address__in=addresses).delete()
    Letter.objects.filter(address__in=addresses).delete()


def _forget_in_log(
    reader: Reader, addresses: Collection[str], accounts: Collection[PrintAccount]
) -> None:
    """Take the reader's name out of the log of what staff did: that it was done stays."""
    named = [Q(object_repr__icontains=each) | Q(change_message__icontains=each)
             for each in addresses]  # fmt: skip
    for model, keys in ((Reader, [reader.pk]), (PrintAccount, [each.pk for each in accounts])):
        kind = ContentType.objects.get_for_model(model)
        named.append(Q(content_type=kind, object_id__in=[str(key) for key in keys]))
    named += [Q(change_message__contains=f" {each}.") for each in accounts if each.number]
    LogEntry.objects.filter(reduce(or_, named)).update(object_repr=ERASED, change_message="")
