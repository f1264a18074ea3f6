"""Erasing a reader's print account so that the next file does not bring it back."""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Reader
from paywall.circulation import seating
from paywall.circulation.claims import Activation, Invitation, PrintCase, Suppressed
from paywall.circulation.models import PrintAccount


def suppression_key(publication: str, number_key: str) -> str:
    """Return the keyed hash that an erased account is known by, as 64 hex digits."""
    key = f"print erased {settings.MAILBOX_KEY}".encode()
    message = f"{publication}\n{number_key}".encode(errors="surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def is_suppressed(accounts: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return which of these (publication, number_key) were erased: files leave them out.

    One small query: few are ever erased, and all are compared here.
    """
    erased = frozenset(Suppressed.objects.values_list("key", flat=True))
    if not erased:
        return frozenset()
    return frozenset(account for account in accounts if suppression_key(*account) in erased)


def erase(reader: Reader, *, now: datetime) -> int:
    """Forget what is kept of a reader's print accounts; return how many accounts are gone.

    An account that others have seats on stays theirs; one that nobody has any more is deleted
    with what the file said of it, and later files leave it out.
    """
    gone = 0
    with transaction.atomic():
        PrintCase.objects.filter(reader=reader).delete()
        Invitation.objects.filter(inviter=reader).delete()
        ids = Activation.objects.filter(reader=reader).values_list("account", flat=True)
        for account_id in sorted(ids):
            account = seating.lock(account_id)
            mine = account.activations.select_related("account", "entitlement").get(reader=reader)
            had = mine.state == Activation.State.ACTIVE
            seating.give_back(mine, barred=False, now=now)
            mine.delete()
            if had and not account.activations.active().exists():
                suppress([account], now=now)
                gone += 1
    return gone


def suppress(accounts: Iterable[PrintAccount], *, now: datetime) -> None:
    """Delete these accounts, and have later files leave them out."""
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
            # Those that it had the number of, or that have its own, are read anew: and left out.
            PrintAccount.objects.filter(
                Q(number_key__in=numbers) | Q(former_number_key__in=numbers),
                publication=account.publication,
            ).update(digest=0)
            account.delete()


def lift(publication: str, number_key: str) -> bool:
    """Let the next file bring an account back, because its reader asks for it; tell if erased."""
    key = suppression_key(publication, number_key)
    return Suppressed.objects.filter(key=key).delete()[0] > 0
