"""What a reader pays for, as their own page shows it: from our rows alone, nobody is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from accounts.models import Reader
from paywall.catalog.models import Price
from paywall.subscriptions.lifecycle import Reason
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import ENDED, TO_BE_PAID, is_disputed

SHOWN_FIRST = 12  # invoices; those before are a click away
WAITS = (Status.INCOMPLETE,)


@dataclass(frozen=True, slots=True)
class NextPayment:
    """When something is paid next, for which price; `discounted`: some of it is taken off then.

    `amount`, in the currency's smallest unit, is None where we do not know how much comes off.
    """

    at: datetime
    price: Price
    amount: int | None
    discounted: bool


@dataclass(frozen=True)
class Held:
    """A subscription with its open invoice, if there is one, at a moment."""

    subscription: Subscription
    open_invoice: Invoice | None
    at: datetime

    @property
    def price(self) -> Price:
        return self.subscription.price

    @property
    def status(self) -> Status:
        return Status(self.subscription.status)

    @property
    def is_over(self) -> bool:
        return self.status in ENDED or self.was_given_back

    @property
    def is_disputed(self) -> bool:
        """Whether the bank asks for a payment back: closed until that is decided."""
        return is_disputed(self.status, self.subscription.reason)

    @property
    def was_given_back(self) -> bool:
        return self.subscription.reason == Reason.REFUNDED

    @property
    def must_be_paid(self) -> bool:
        return self.status in TO_BE_PAID and not self.is_disputed

    @property
    def waits_for_first_payment(self) -> bool:
        return self.status in WAITS

    @property
    def on_trial(self) -> bool:
        return self.status is Status.TRIALING

    @property
    def is_open(self) -> bool:
        until = self.subscription.opens_until
        return until is not None and self.at < until

    @property
    def is_cancelled(self) -> bool:
        """Whether it ends by itself: nothing more is charged."""
        ends, period_ends_at = self.subscription.cancels_at, self.subscription.period_ends_at
        by_itself = ends is not None and ends <= period_ends_at
        return by_itself and not self.is_over and not self.is_disputed

    @property
    def can_be_changed(self) -> bool:
        """Whether it may be switched, and cancelled for later."""
        paid_for = self.status in (Status.ACTIVE, Status.TRIALING)
        return paid_for and not self.is_over and not self.is_disputed

    @property
    def ended_at(self) -> datetime | None:
        return self.subscription.ended_at or self.subscription.opens_until

    @cached_property
    def next_payment(self) -> NextPayment | None:
        """What is charged next by itself; None when nothing is."""
        if not self.can_be_changed or self.is_cancelled:
            return None
        return next_payment_of(self.subscription)

    @property
    def offer_ends_at(self) -> datetime | None:
        """Until when the next payments are the introductory offer's."""
        coming = self.next_payment
        offered = coming is not None and coming.discounted and coming.amount is not None
        return self.subscription.discount_ends_at if offered else None

    @property
    def card_ends_first(self) -> bool:
        """Whether the card is invalid when it is charged next."""
        ends, coming = self.subscription.card_ends_date, self.next_payment
        return bool(ends and coming and ends <= coming.at.date())

    @property
    def card_last_date(self) -> date | None:
        """The last day that the card is valid, of which cards name the month."""
        ends = self.subscription.card_ends_date
        return ends - timedelta(days=1) if ends else None


@dataclass(frozen=True, slots=True)
class Paid:
    """What a reader holds or held (the newest first), their invoices, and their passes."""

    held: Sequence[Held] = ()
    invoices: Sequence[Invoice] = ()
    passes: Sequence[Purchase] = ()

    @property
    def current(self) -> Sequence[Held]:
        """Those that are not over; of those that are, the last, when there is nothing else."""
        running = [each for each in self.held if not each.is_over]
        was_paid = [each for each in self.held if each.status is not Status.INCOMPLETE_EXPIRED]
        return running or was_paid[:1]

    @property
    def newest_invoices(self) -> Sequence[Invoice]:
        return self.invoices[:SHOWN_FIRST]

    @property
    def older_invoices(self) -> Sequence[Invoice]:
        return self.invoices[SHOWN_FIRST:]


def paid_by(reader: Reader, *, now: datetime) -> Paid:
    """Return what a reader pays and paid for; four queries, one for who never paid."""
    customer = Customer.objects.filter(reader=reader).first()
    if customer is None:
        return Paid()
    invoices = list(
        customer.invoices.exclude(status="draft")
        .select_related("subscription")
        .order_by("-made_at", "-pk")
    )
    subscriptions = customer.subscriptions.select_related(
        "price__package", "next_price__package"
    ).order_by("-started_at", "-pk")
    return Paid(
        held=[Held(each, _open_of(each, invoices), now) for each in subscriptions],
        # A free trial and a change that cost nothing make an invoice too.
        invoices=[each for each in invoices if each.amount_due or each.amount_paid],
        passes=list(
            customer.purchases.exclude(paid_at=None, failed=True)
            .select_related("price__package", "entitlement")
            .order_by("-ordered_at")
        ),
    )


def next_payment_of(subscription: Subscription) -> NextPayment:
    """Return what Stripe charges at the end of the running period, by what we know."""
    at, price = subscription.period_ends_at, subscription.price
    if subscription.next_price and subscription.next_price_at and subscription.next_price_at <= at:
        price = subscription.next_price
    discount = subscription.discount_ends_at
    if discount is None or discount <= at:
        return NextPayment(at, price, price.amount, discounted=False)
    # The discount is the introductory offer's while the price is still the first one.
    offered = price.pk == subscription.price_id and (
        subscription.price_since == subscription.started_at
    )
    return NextPayment(at, price, price.intro_amount if offered else None, discounted=True)


def _open_of(subscription: Subscription, invoices: Sequence[Invoice]) -> Invoice | None:
    """Return the newest invoice of a subscription that waits for money."""
    for invoice in invoices:
        if invoice.subscription_id == subscription.pk and invoice.status == "open":
            return invoice
    return None
