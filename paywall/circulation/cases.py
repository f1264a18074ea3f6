"""What readers typed and were not found by: checked again with later files, decided by staff."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from accounts.models import Reader
from paywall.circulation import activation, drafts, erasing, finding, seating
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.following import judged_as_of
from paywall.circulation.matching import Proof, Typed
from paywall.circulation.models import PrintAccount, PrintPublication

FILES_TRIED = 7
DECIDED_KEPT = timedelta(days=30)

OPEN, FOUND = PrintCase.State.OPEN, PrintCase.State.FOUND


def open_of(reader: Reader) -> PrintCase | None:
    """Return the reader's open case."""
    return PrintCase.objects.filter(reader=reader, state=OPEN).first()


def open_case(reader: Reader, *, now: datetime) -> PrintCase | None:
    """Have us check what the reader typed last. It replaces what they asked before.

    None when there is nothing to check: the draft is a day old, or its case is open already.
    """
    with transaction.atomic():
        Reader.objects.select_for_update().get(pk=reader.pk)  # two clicks are one case
        draft = drafts.draft_of(reader, now=now)
        if draft is None:
            return open_of(reader)
        PrintCase.objects.filter(reader=reader, state=OPEN).delete()
        draft.state, draft.opened_at = OPEN, now
        draft.tried_as_of = newest_file()
        draft.save()
    return draft


def try_again(now: datetime) -> int:
    """Try every open case with the newest accepted file; return how many were found.

    Call it after each accepted file. A case is tried seven times, once with each file, and then
    waits for staff.
    """
    as_of = newest_file()
    if as_of is None:
        return 0
    waiting = PrintCase.objects.filter(state=OPEN, tries__lt=FILES_TRIED)
    untried = waiting.exclude(tried_as_of__gte=as_of).order_by("pk").values_list("pk", flat=True)
    return sum(_try(pk, as_of, now) for pk in list(untried))


def approve(case: PrintCase, account: PrintAccount, *, by: Reader, now: datetime) -> Activation:
    """Give the reader of a case a seat on this account, whatever was typed.

    Raises NoSeatError when all of them are taken: raise the account's number of seats first.
    """
    with transaction.atomic():
        locked = seating.lock(account.pk)
        as_of = judged_as_of(locked.publication, now=now)
        taken = seating.take(locked, case.reader, Proof.STAFF, as_of=as_of, now=now, let_in=True)
        if taken.state != Activation.State.ACTIVE:
            raise NoSeatError("All seats of this account are taken: give it more, then approve.")
        _decide(case, PrintCase.State.APPROVED, by=by, now=now, account=locked)
    return taken


def decline(case: PrintCase, *, reason: str, by: Reader, now: datetime) -> None:
    """Tell the reader that it is no account that we know, and why."""
    _decide(case, PrintCase.State.DECLINED, by=by, now=now, reason=reason.strip())


def let_erased_back(case: PrintCase) -> bool:
    """Let the next file bring back what was typed, where its reader had it erased; tell if it was.

    The case is tried with seven files more.
    """
    with transaction.atomic():
        erased = erasing.erased_among(typed_in(case))
        for publication, number_key in erased:
            erasing.lift(publication, number_key)
        PrintCase.objects.filter(pk=case.pk, state=OPEN).update(tries=0)
    return bool(erased)


def forget_old(*, now: datetime) -> int:
    """Delete drafts after a day, and what was decided after thirty."""
    decided = PrintCase.objects.filter(decided_at__lt=now - DECIDED_KEPT)
    return drafts.forget_old(now=now) + decided.delete()[0]


def typed_in(case: PrintCase) -> Typed:
    """Return what was typed."""
    return Typed(
        last_name=case.last_name,
        number=case.number,
        postal_code=case.postal_code,
        house_number=case.house_number,
        phone=case.phone_last4,
    )


def newest_file() -> datetime | None:
    """Return the moment of the newest accepted file of any publication."""
    newest: datetime | None = PrintPublication.objects.aggregate(newest=Max("as_of"))["newest"]
    return newest


class NoSeatError(Exception):
    """All seats of the account are taken."""


def _try(pk: int, as_of: datetime, now: datetime) -> bool:
    with transaction.atomic():
        case = PrintCase.objects.select_related("reader").filter(pk=pk, state=OPEN).first()
        if case is None:
            return False
        # The account is locked before the case, as a claim does that settles it.
        taken = activation.take_seat(case.reader, finding.proved_by(typed_in(case)), now=now)
        found = {"state": FOUND, "account": taken.account, "decided_at": now} if taken else {}
        untried = PrintCase.objects.filter(pk=pk, state=OPEN).exclude(tried_as_of__gte=as_of)
        tried = untried.update(tries=F("tries") + 1, tried_as_of=as_of, **found)
    return bool(tried and taken)


def _decide(
    case: PrintCase,
    state: PrintCase.State,
    *,
    by: Reader,
    now: datetime,
    account: PrintAccount | None = None,
    reason: str = "",
) -> None:
    case.state, case.account, case.reason = state, account, reason
    case.decided_by, case.decided_at = by, now
    case.save(update_fields=["state", "account", "reason", "decided_by", "decided_at"])
