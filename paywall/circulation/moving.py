"""After a move the subscriber has another number: what was activated goes over to it."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from paywall.circulation.claims import Activation
from paywall.circulation.following import follow, right_of_account
from paywall.circulation.models import PrintAccount
from paywall.circulation.policy import policy_in_force

LONGEST_CHAIN = 5  # moves in one file
_MOVES = """
SELECT DISTINCT old.id, new.id FROM paywall_printaccount AS new
JOIN paywall_printaccount AS old
    ON old.publication = new.publication AND old.number_key = new.former_number_key
JOIN paywall_activation AS activation ON activation.account_id = old.id
WHERE new.former_number_key <> '' AND new.absent_since IS NULL AND new.id <> old.id
ORDER BY old.id, new.id
"""


def carry_over(publications: Collection[str], *, as_of: datetime, now: datetime) -> int:
    """Bring activations from accounts that no longer open to those that follow them.

    Returns how many went over. One who has a seat on the new account already keeps that one.
    """
    moved = 0
    for _ in range(LONGEST_CHAIN):
        found = sum(_move(old, new, as_of, now) for old, new in _moves(publications, as_of))
        if not found:
            break
        moved += found
    return moved


def _moves(publications: Collection[str], as_of: datetime) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVES)
        pairs = cursor.fetchall()
    keys = {key for pair in pairs for key in pair}
    policy = policy_in_force()
    opening = {
        account.pk
        for account in PrintAccount.objects.filter(
            pk__in=keys, publication__in=publications
        ).prefetch_related("lines")
        if right_of_account(account, as_of=as_of, policy=policy).opens and not account.absent_since
    }
    return [(old, new) for old, new in pairs if new in opening and old not in opening]


def _move(old: int, new: int, as_of: datetime, now: datetime) -> int:
    with transaction.atomic():
        list(PrintAccount.objects.select_for_update().filter(pk__in=[old, new]).order_by("pk"))
        seated = Activation.objects.filter(account=new).values("reader")
        going = Activation.objects.filter(account=old).exclude(reader__in=seated)
        if Activation.objects.filter(account=new, holder=True).exists():
            going.update(holder=False)  # an account has one
        moved = going.update(account=new)
        follow([new], as_of=as_of, now=now)
    return moved
