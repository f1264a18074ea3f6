"""Finding the print accounts that a reader has proved, with what they open."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from paywall.circulation.addresses import postal_key_of
from paywall.circulation.matching import NOBODY, OnFile, Proof, Typed, proof_of
from paywall.circulation.models import PrintAccount, PrintLine, PrintPublication
from paywall.circulation.policy import policy_in_force
from paywall.circulation.rights import Line, Right, right_of

MOST = 1000  # accounts looked at; of a million, a hundred have the same last four digits
NONE = -1  # asked for where there is nothing to ask for, so that finding nothing takes as long
MOST_OF_ONE_ADDRESS = 3  # more accounts are a dealer's, or the desk's own


@dataclass(frozen=True, slots=True)
class Proved:
    """An account that was proved, how, and what it opens as of its last accepted file."""

    account: PrintAccount
    proof: Proof
    right: Right
    as_of: datetime


def proved_by(typed: Typed) -> list[tuple[PrintAccount, Proof]]:
    """Return the accounts that the typed proves, the likeliest first.

    One query, and one comparison where there is nobody to compare with. Of the hundred accounts in
    a million that have the same last four digits, only those of the postal code are compared.
    """
    keys = typed.keys
    if typed.number.strip():
        chosen = Q(number_key__in=keys or ["-"]) | Q(former_number_key__in=keys or ["-"])
    else:
        chosen = Q(phone_last4=typed.phone_last4 or "-")
    found = list(PrintAccount.objects.filter(chosen).order_by("pk")[:MOST])
    if not typed.number.strip():
        code = postal_key_of(typed.postal_code)
        found = [account for account in found if code in _postal_keys(account)]
    proofs = [(account, proof_of(typed, on_file(account))) for account in found]
    if not found:
        proof_of(typed, NOBODY)
    proved = [(account, proof) for account, proof in proofs if proof]
    order = {key: place for place, key in enumerate(keys)}
    return sorted(proved, key=lambda one: (order.get(one[0].number_key, len(order)), one[0].pk))


def proved_by_address(addresses: Iterable[str]) -> list[tuple[PrintAccount, Proof]]:
    """Return the accounts that have one of these verified addresses, in small letters.

    None where an address is nobody's own: one on more than three accounts.
    """
    chosen = [address for address in addresses if not is_placeholder(address)]
    if not chosen:
        return []
    on = PrintAccount.objects.filter(email__in=chosen).order_by("pk")
    found: dict[str, list[PrintAccount]] = defaultdict(list)
    for account in on[: (MOST_OF_ONE_ADDRESS + 1) * len(chosen)]:
        found[account.email].append(account)
    if any(len(accounts) > MOST_OF_ONE_ADDRESS for accounts in found.values()):
        return []
    return [(account, Proof.EMAIL) for accounts in found.values() for account in accounts]


def _postal_keys(account: PrintAccount) -> set[str]:
    return {postal_key_of(account.postal_code), postal_key_of(account.billing_postal_code)}


def with_rights(proved: Sequence[tuple[PrintAccount, Proof]], *, now: datetime) -> list[Proved]:
    """Return the accounts with what they open. Four queries, whether there are any or not."""
    policy = policy_in_force()
    names = {account.publication for account, _ in proved} or {"-"}
    told = dict(PrintPublication.objects.filter(name__in=names).values_list("name", "as_of"))
    lines: dict[int, list[Line]] = defaultdict(list)
    ids = [account.pk for account, _ in proved] or [NONE]
    for line in PrintLine.objects.filter(account__in=ids):
        lines[line.account_id].append(
            Line(line.product, line.rate_code, line.status, line.status_since, line.paid_through)
        )
    answer = []
    for account, proof in proved:
        as_of = told.get(account.publication, now)
        right = right_of(
            lines[account.pk], absent_since=account.absent_since, as_of=as_of, policy=policy
        )
        answer.append(Proved(account, proof, right, as_of))
    return answer


def on_file(account: PrintAccount) -> OnFile:
    """Return what matching looks at."""
    return OnFile(
        number_key=account.number_key,
        former_number_key=account.former_number_key,
        first_name=account.first_name,
        last_name=account.last_name,
        second_name=account.second_name,
        company=account.company,
        street=account.street,
        postal_code=account.postal_code,
        billing_postal_code=account.billing_postal_code,
        phone_last4=account.phone_last4,
    )


# fmt: off
_NOBODYS = frozenset((
    "none", "no", "na", "nil", "null", "noemail", "nomail", "noaddress", "nobody", "noone",
    "unknown", "unlisted", "refused", "declined", "notgiven", "notprovided", "noreply",
    "donotreply", "donotemail", "test", "xxx", "x", "email", "customer", "subscriber", "anonymous",
))
# fmt: on
_NO_DOMAINS = frozenset({"none", "none.com", "noemail.com", "nomail.com", "no-email.com", "na.com"})


def is_placeholder(address: str) -> bool:
    """Tell whether an address stands for "has none": none@…, no-email@…, n/a."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at or not local:
        return True
    bare = "".join(each for each in local.split("+")[0] if each.isalnum())
    unreal = domain in _NO_DOMAINS or domain.endswith((".invalid", ".test", ".localhost"))
    return bare in _NOBODYS or unreal
