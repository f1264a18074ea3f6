"""Erasing a reader's print account so that the next file does not bring it back."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Reader
from accounts.proved import proved_addresses
from paywall.circulation import finding, seating
from paywall.circulation.claims import Activation, Invitation, PrintCase, Suppressed
from paywall.circulation.kept import KeptChange
from paywall.circulation.matching import Typed
from paywall.circulation.models import (
    PrintAccount,
    PrintPublication,
    RejectedRow,
    StagedChange,
    StagedRow,
)


def suppression_key(publication: str, number_key: str) -> str:
    """Return the keyed hash that an erased account is known by, as 64 hex digits."""
    key = f"print erased {settings.MAILBOX_KEY}".encode()
    message = f"{publication}\n{number_key}".encode(errors="surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def erase(reader: Reader, *, now: datetime) -> list[PrintAccount]:
    """Forget what is kept of a reader's print accounts; return the accounts that are gone.

    Theirs are those that they have a seat on, and those that a verified address of theirs is on. An
    account that others have seats on stays theirs; one that nobody has any more is deleted with
    what the file said of it, and later files leave it out. Hold `locking.one_at_a_time`: a file
    that is just being read may have them.
    """
    with transaction.atomic():
        PrintCase.objects.filter(reader=reader).delete()
        Invitation.objects.filter(inviter=reader).delete()
        had = set(
            Activation.objects.active().filter(reader=reader).values_list("account", flat=True)
        )
        had |= {each.pk for each, _ in finding.proved_by_address(proved_addresses(reader))}
        wanted = Activation.objects.filter(reader=reader).values_list("account", flat=True)
        gone = []
        for account_id in sorted(had.union(wanted)):
            account = seating.lock(account_id)
            theirs = account.activations.select_related("account", "entitlement")
            for mine in theirs.filter(reader=reader):
                seating.give_back(mine, barred=False, now=now)
                mine.delete()
            if account_id in had and not account.activations.active().exists():
                gone.append(account)
        suppress(gone, now=now)
    return gone


def suppress(accounts: Iterable[PrintAccount], *, now: datetime) -> None:
    """Delete these accounts, and have later files leave them out, and those that wait for a yes."""
    with transaction.atomic():
        for account in accounts:
            numbers = {account.number_key, account.former_number_key} - {""}
            Suppressed.objects.bulk_create(
                [
                    Suppressed(key=suppression_key(account.publication, number), at=now)
                    for number in sorted(numbers)
                ],
                ignore_conflicts=True,
            )
            StagedChange.objects.filter(account=account).delete()
            for model in (StagedRow, RejectedRow, KeptChange):
                model.objects.filter(
                    publication=account.publication, number_key__in=numbers
                ).delete()
            # Those that it had the number of, or that have its own, are read anew: and left out.
            PrintAccount.objects.filter(
                Q(number_key__in=numbers) | Q(former_number_key__in=numbers),
                publication=account.publication,
            ).update(digest=0)
            PrintAccount.objects.filter(pk=account.pk).delete()


def erased_among(typed: Typed) -> list[tuple[str, str]]:
    """Return the (publication, number_key) that a reader typed and that were erased at a wish."""
    names = PrintPublication.objects.values_list("name", flat=True)
    found = {
        suppression_key(name, key): (name, key) for name in names or [""] for key in typed.keys
    }
    erased = Suppressed.objects.filter(key__in=list(found)).values_list("key", flat=True)
    return sorted(found[key] for key in erased)


def lift(publication: str, number_key: str) -> bool:
    """Let the next file bring an account back, because its reader asks for it; tell if erased."""
    key = suppression_key(publication, number_key)
    return Suppressed.objects.filter(key=key).delete()[0] > 0
