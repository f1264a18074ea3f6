"""Activating the digital access that comes with the printed paper.

It adds an entitlement to a reader who is signed in and whose address is proved; it signs nobody
in. Whoever guesses learns nothing: the answer to a wrong number, a wrong name, an ended account
and one whose seats are taken is the same, and so is the work behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Reader
from accounts.proved import proved_addresses
from paywall.circulation import drafts, finding, guessing, seating
from paywall.circulation.claims import Activation
from paywall.circulation.finding import NONE, Proved
from paywall.circulation.matching import Proof, Typed
from paywall.circulation.models import PrintAccount
from paywall.insights import counting
from paywall.insights.happenings import Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """How a claim ended. `activation`: it is on. `again_at`: too many were wrong; try then."""

    activation: Activation | None = None
    again_at: datetime | None = None


class NotProvedError(Exception):
    """The reader has no verified address."""


def claim(reader: Reader, typed: Typed, *, network: str, now: datetime) -> Answer:
    """Turn the digital access on, if what was typed proves an account that opens.

    `network`: the address that the request came from. Raises NotProvedError. What was wrong is kept
    as a draft, so that the reader can correct it or ask us to check it.
    """
    _require_proved(reader)
    candidates = finding.proved_by(typed)
    counted = guessing.counted_by(reader, typed, network)
    with transaction.atomic():
        tried = guessing.lock(counted, now=now)
        again_at = guessing.too_often(counted, tried, now=now)
        if again_at:
            drafts.keep_draft(reader, typed, now=now)
            _count(Refused.TOO_OFTEN, now)
            return Answer(again_at=again_at)
        taken = take_seat(reader, candidates, now=now)
        if taken:
            drafts.settle(reader, taken.account, now=now)
            return Answer(activation=taken)
        guessing.count_wrong(counted, tried, now=now)
        drafts.keep_draft(reader, typed, now=now)
        _count(_why_refused(reader, candidates), now)
    return Answer()


def offered_by_address(reader: Reader, *, now: datetime) -> Proved | None:
    """Return the one account with a free seat that a verified address of the reader proves.

    None for an address on several accounts that open, and for what the reader has already.
    """
    candidates = finding.proved_by_address(proved_addresses(reader))
    open_now = [one for one in finding.with_rights(candidates, now=now) if one.right.opens]
    if len(open_now) != 1 or not seating.free_seats(open_now[0].account):
        return None
    theirs = Activation.objects.filter(account=open_now[0].account, reader=reader)
    if theirs.filter(state=Activation.State.ACTIVE).exists() or theirs.filter(barred=True).exists():
        return None
    return open_now[0]


def claim_by_address(reader: Reader, *, now: datetime) -> Answer:
    """Turn on what `offered_by_address` offers: one click. Raises NotProvedError."""
    _require_proved(reader)
    with transaction.atomic():
        offered = offered_by_address(reader, now=now)
        if offered is None:
            return Answer()
        taken = take_seat(reader, [(offered.account, Proof.EMAIL)], now=now)
        if taken:
            drafts.settle(reader, taken.account, now=now)
    return Answer(activation=taken)


def take_seat(
    reader: Reader, candidates: Sequence[tuple[PrintAccount, Proof]], *, now: datetime
) -> Activation | None:
    """Take a seat on the first account that opens, or ask its holder; call it in a transaction.

    Locks the accounts' rows in the order of their keys. None: no seat, whether or not the holder
    was asked.
    """
    proofs = {account.pk: proof for account, proof in candidates}
    locked = PrintAccount.objects.select_for_update().filter(pk__in=list(proofs) or [NONE])
    accounts = {account.pk: account for account in locked.order_by("pk")}
    still = [(accounts[pk], proof) for pk, proof in proofs.items() if pk in accounts]
    waiting = False
    for one in finding.with_rights(still, now=now):
        if not one.right.opens:
            continue
        taken = seating.take(one.account, reader, one.proof, as_of=one.as_of, now=now)
        if taken.state == Activation.State.ACTIVE:
            return taken
        waiting = True
    if not waiting:
        seating.seem_to_ask(reader)
    return None


def _why_refused(reader: Reader, candidates: Sequence[tuple[PrintAccount, Proof]]) -> Refused:
    """Return why there was no seat, for the reports: one query, whichever it was."""
    proved = [account.pk for account, _ in candidates]
    asked = Activation.objects.filter(
        reader=reader, account__in=proved or [NONE], state=Activation.State.WAITING
    ).exists()
    if not proved:
        return Refused.NOT_FOUND
    return Refused.NO_SEAT if asked else Refused.ENDED


def _count(why: Refused, now: datetime) -> None:
    """Count a claim that failed, in this process' memory: it takes as long for every cause."""
    counting.tally.event(counting.day_of(now), why)


def _require_proved(reader: Reader) -> None:
    if not proved_addresses(reader):
        raise NotProvedError(f"Reader {reader.pk} has no verified address.")
