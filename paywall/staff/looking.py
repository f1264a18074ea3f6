"""Everything that the desk sees of one reader at once. A question: nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from accounts.models import Reader
from paywall.circulation.claims import Activation
from paywall.circulation.finding import with_rights
from paywall.circulation.matching import Proof
from paywall.circulation.rights import Right
from paywall.gate.standing import Standing, standing_of
from paywall.metering.models import MeteredRead
from paywall.metering.rules import rules_in_force
from paywall.payments.dashboard import address_of
from paywall.staff.answering import cannot_sign_in, in_one_sentence, open_to_everybody
from paywall.subscriptions.models import Customer, Invoice, Subscription
from paywall.subscriptions.paid import Held

EARLIER_SHOWN = 60  # stories of the months before


@dataclass(frozen=True, slots=True)
class AtStripe:
    """A subscription as the reader holds it, and its page at Stripe."""

    held: Held
    link: str

    @property
    def subscription(self) -> Subscription:
        return self.held.subscription


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A print account that the reader has turned on, or waits for, and what it opens."""

    claim: Activation
    right: Right


@dataclass(frozen=True, slots=True)
class Month:
    """The stories opened in one month, the newest first."""

    begins: date
    reads: Sequence[MeteredRead]


@dataclass(frozen=True, slots=True)
class About:
    """A reader's page: the sentence, then what it rests on. `to_all`: what is open to everybody."""

    reader: Reader
    sentence: str
    to_all: str
    opens: bool
    standing: Standing
    customer: Customer | None
    customer_link: str
    subscriptions: Sequence[AtStripe]
    invoices: Sequence[Invoice]
    printed: Sequence[OnPaper]
    earlier: Sequence[Month]


def look_at(reader: Reader, *, now: datetime) -> About:
    """Return what the desk sees of a reader at this moment."""
    standing, hindrance = standing_of(reader, now=now), cannot_sign_in(reader)
    customer = Customer.objects.filter(reader=reader).first()
    free = rules_in_force().free
    whole_paper = any(window.section is None and window.lasts(now) for window in free)
    return About(
        reader=reader,
        sentence=in_one_sentence(standing, hindrance=hindrance, is_staff=reader.is_staff),
        to_all=open_to_everybody(free, now=now),
        opens=whole_paper
        or (not hindrance and bool(standing.entitlements or standing.remaining or reader.is_staff)),
        standing=standing,
        customer=customer,
        customer_link=address_of(customer.stripe_id) if customer else "",
        subscriptions=[
            AtStripe(each, address_of(each.subscription.stripe_id)) for each in standing.paid.held
        ],
        invoices=standing.paid.newest_invoices,
        printed=_printed(reader, now),
        earlier=_earlier(reader, standing),
    )


def _printed(reader: Reader, now: datetime) -> list[OnPaper]:
    claims = Activation.objects.filter(reader=reader).select_related("account").order_by("pk")
    mine = list(claims.exclude(state=Activation.State.WITHDRAWN))
    proved = with_rights([(each.account, Proof.STAFF) for each in mine], now=now) if mine else []
    return [OnPaper(claim, one.right) for claim, one in zip(mine, proved, strict=True)]


def _earlier(reader: Reader, standing: Standing) -> list[Month]:
    before = MeteredRead.objects.filter(
        meter__keys__reader=reader, period__lt=standing.period.starts_date
    )
    reads = before.order_by("-period", "-opened_at")[:EARLIER_SHOWN]
    months = groupby(reads, key=lambda read: read.period)
    return [Month(begins, list(theirs)) for begins, theirs in months]
