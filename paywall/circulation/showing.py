"""What a reader sees of their print accounts and cases. Records nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import Reader
from paywall.circulation import finding, seating
from paywall.circulation.claims import Activation, Invitation, PrintCase
from paywall.circulation.masking import masked_address, masked_number
from paywall.circulation.matching import Proof
from paywall.circulation.models import PrintAccount
from paywall.circulation.rights import Right, Why
from paywall.circulation.states import LineStatus
from paywall.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who has, wants or is offered a seat; the key is the Activation's or Invitation's."""

    key: int
    who: str
    yours: bool = False


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """One print account, masked. `status` is the name of a sentence on the page."""

    key: int
    activation: int
    publication: str
    number: str
    status: str
    opens: bool
    until: datetime | None
    hold_until: date | None
    holder: bool
    seats: int
    taken: Sequence[Seat] = ()
    waiting: Sequence[Seat] = ()
    invited: Sequence[Seat] = ()

    @property
    def may_invite(self) -> bool:
        return self.holder and len(self.taken) + len(self.invited) < self.seats


@dataclass(frozen=True, slots=True)
class Shown:
    """A reader's print accounts, the case that is open or was decided last, and double paying.

    `pays_too`: the holder also pays for a package, which goes on until they cancel it.
    """

    accounts: Sequence[ShownAccount] = field(default_factory=list)
    case: PrintCase | None = None
    pays_too: bool = False


def print_of(reader: Reader, *, now: datetime) -> Shown:
    """Return what the reader's own page says about the printed paper.

    Who waits for a holder's word is not shown that: it would tell a guesser that they are right.
    """
    mine = list(
        Activation.objects.active().filter(reader=reader).select_related("account").order_by("pk")
    )
    case = PrintCase.objects.filter(reader=reader).exclude(state=PrintCase.State.DRAFT).first()
    if not mine:
        return Shown(case=case)
    proved = finding.with_rights([(each.account, Proof.STAFF) for each in mine], now=now)
    shown = [
        _account(activation, one.right, now) for activation, one in zip(mine, proved, strict=True)
    ]
    return Shown(
        accounts=shown,
        case=case if case and case.state == PrintCase.State.OPEN else None,
        pays_too=any(map(_opens_all, mine, (one.right for one in proved))) and pays(reader),
    )


def _account(activation: Activation, right: Right, now: datetime) -> ShownAccount:
    account = activation.account
    taken: list[Seat] = []
    waiting: list[Seat] = []
    invited: list[Seat] = []
    if activation.holder:
        for each in account.activations.select_related("reader").order_by(
            "-holder", "claimed_at", "pk"
        ):
            yours = each.reader_id == activation.reader_id
            seat = Seat(each.pk, masked_address(each.reader.email), yours)
            if each.state == Activation.State.ACTIVE:
                taken.append(seat)
            elif each.state == Activation.State.WAITING:
                waiting.append(seat)
        open_now = Invitation.objects.filter(account=account, ends_at__gt=now).order_by("pk")
        invited = [Seat(each.pk, masked_address(each.address)) for each in open_now]
    return ShownAccount(
        key=account.pk,
        activation=activation.pk,
        publication=account.publication,
        number=masked_number(account.number),
        status=_STATUS[right.why],
        opens=right.opens,
        until=right.until,
        hold_until=_hold_until(account) if right.why is Why.ON_HOLD else None,
        holder=activation.holder,
        seats=seating.seats_of(account),
        taken=taken,
        waiting=waiting,
        invited=invited,
    )


def _hold_until(account: PrintAccount) -> date | None:
    held = account.lines.filter(status=LineStatus.HOLD).exclude(hold_until=None)
    return held.order_by("-hold_until").values_list("hold_until", flat=True).first()


def _opens_all(activation: Activation, right: Right) -> bool:
    """Tell whether its holder needs no package: it opens everything, and no end is in sight."""
    runs = right.why in {Why.ACTIVE, Why.ON_HOLD}
    return activation.holder and runs and right.opens and right.scope.everything


def pays(reader: Reader) -> bool:
    """Tell whether a subscription of the reader renews."""
    running = Subscription.objects.running().filter(customer__reader=reader, cancels_at=None)
    return running.exists()


_STATUS = {
    Why.ACTIVE: "active",
    Why.ON_HOLD: "hold",
    Why.STOPPED: "ending",
    Why.ABSENT: "ending",
    Why.HELD_TOO_LONG: "held_too_long",
    Why.ENDED: "ended",
    Why.OPENS_NOTHING: "opens_nothing",
    Why.NO_LINES: "ended",
}
