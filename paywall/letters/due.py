"""Which letters are due to a customer, by the rows alone. Pure: this table is the policy.

| letter         | key                       | due                                               |
|----------------|---------------------------|---------------------------------------------------|
| started        | started:SUB               | it began, and its first invoice is there (or an   |
|                |                           | hour has passed)                                  |
| renewal_coming | renewal:SUB:DATE          | yearly: from RENEWAL_NOTICE_DAYS before it renews |
| trial_ending   | trial:SUB:DATE            | from ENDING_NOTICE_DAYS before it ends, or from   |
| offer_ending   | offer:SUB:DATE            | its middle if that is later; three days before    |
|                |                           | anyhow, but never on the first day                |
| card_expiring  | card:SUB:LAST4:DATE       | from CARD_NOTICE before its first invalid day, if |
|                |                           | it is to be charged again                         |
| payment_failed | failed:INVOICE:0, 3, 7    | so many days after the invoice was made, while it |
|                |                           | is open: the newest of the three alone            |
| recovered      | recovered:INVOICE         | paid, after a letter said that it had failed      |
| price_change   | price:SUB:PRICE:DATE      | another price waits for its day                   |
|                | price:SUB:PRICE:MOMENT    | another began that no letter had announced        |
| cancelled      | cancelled:SUB:DATE        | it was cancelled, and ends on that day            |
| ended          | ended:SUB:DATE            | it ended                                          |
| refunded       | refunded:INVOICE:AMOUNT   | so much was given back, up to now                 |
|                | refunded:PASS:AMOUNT      |                                                   |
| pass           | pass:PASS                 | it is paid, and still open                        |

Dates are the newspaper's. What happened longer than NEWS ago is no news: nobody gets a letter
about it. What had happened to a subscription before we knew of it is none either, unless it is
itself new: taking over 100,000 subscriptions writes about what is to come, and to those who began
this week. A notice of what is to come comes late rather than not at all, up to the moment itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from paywall.catalog.terms import Interval
from paywall.letters.facts import Facts, InvoiceRow, PassRow, Sold, SubscriptionRow
from paywall.letters.kinds import MAY_BE_STOPPED, Kind
from paywall.subscriptions.snapshot import Status

NEWS = timedelta(days=7)
FAILED_LETTER_DAYS = (0, 3, 7)
CARD_NOTICE = timedelta(days=21)
SHORTEST_NOTICE = timedelta(days=3)
WAIT_FOR_RECEIPT = timedelta(hours=1)
FIRST_INVOICE = "subscription_create"


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due, and what its words are about.

    `at`: the moment that it names: of the next payment, an end, a change. `day`: which of
    FAILED_LETTER_DAYS. `sold`: what is had from then on.
    """

    kind: Kind
    key: str
    subscription: SubscriptionRow | None = None
    invoice: InvoiceRow | None = None
    bought: PassRow | None = None
    sold: Sold | None = None
    at: datetime | None = None
    day: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """How long before a notice comes, and in whose days."""

    renewal_notice: timedelta
    ending_notice: timedelta
    zone: ZoneInfo

    def date_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def due_letters(facts: Facts, calendar: Calendar, *, now: datetime) -> list[Due]:
    """Return the letters that are due and not written yet, in the order to send them."""
    found = [
        due
        for subscription in facts.subscriptions
        for due in _of_subscription(subscription, facts, calendar, now)
    ]
    for bought in facts.passes:
        found += [*_pass(bought, now), *_refunded(None, bought, None, now)]
    return [
        due
        for due in found
        if due.key not in facts.written and not (facts.stopped and due.kind in MAY_BE_STOPPED)
    ]


def offer_ends_at(subscription: SubscriptionRow, facts: Facts) -> datetime | None:
    """Return when the reader begins to pay the whole price; None: they do already.

    A discount on one payment has no end at Stripe: the first invoice was lower, and that is all.
    """
    ends_at = subscription.period_ends_at
    if subscription.discount_ends_at:
        return max(subscription.discount_ends_at, ends_at)
    first = _first_invoice(subscription, facts)
    in_first_period = subscription.period_starts_at == subscription.started_at
    if subscription.status is not Status.ACTIVE or not in_first_period or first is None:
        return None
    unchanged = subscription.price_since <= subscription.started_at
    lower = first.amount_due < subscription.sold.terms.amount
    return ends_at if unchanged and lower else None


def _of_subscription(
    subscription: SubscriptionRow, facts: Facts, calendar: Calendar, now: datetime
) -> Iterator[Due]:
    yield from _started(subscription, facts, now)
    yield from _renewal(subscription, calendar, now)
    yield from _trial(subscription, calendar, now)
    yield from _offer(subscription, facts, calendar, now)
    yield from _card(subscription, calendar, now)
    for invoice in facts.invoices:
        if invoice.subscription_id == subscription.stripe_id:
            yield from _failed(invoice, subscription, now)
            yield from _recovered(invoice, subscription, facts, now)
            yield from _refunded(invoice, None, subscription, now)
    yield from _price(subscription, facts, calendar, now)
    yield from _cancelled(subscription, calendar, now)
    yield from _ended(subscription, facts, calendar, now)


def _started(subscription: SubscriptionRow, facts: Facts, now: datetime) -> Iterator[Due]:
    in_force = subscription.status in {Status.TRIALING, Status.ACTIVE}
    if not in_force or not _is_news(subscription.started_at, now):
        return
    invoice = _first_invoice(subscription, facts)
    if invoice or now >= subscription.started_at + WAIT_FOR_RECEIPT:
        yield Due(
            Kind.STARTED,
            f"started:{subscription.stripe_id}",
            subscription,
            invoice,
            sold=subscription.sold,
            at=offer_ends_at(subscription, facts),
        )


def _renewal(subscription: SubscriptionRow, calendar: Calendar, now: datetime) -> Iterator[Due]:
    ends_at = subscription.period_ends_at
    yearly = subscription.sold.terms.interval is Interval.YEAR
    active = subscription.renews and subscription.status is Status.ACTIVE
    if yearly and active and ends_at - calendar.renewal_notice <= now < ends_at:
        waits = subscription.next_price_at and subscription.next_price_at <= ends_at
        yield Due(
            Kind.RENEWAL_COMING,
            f"renewal:{subscription.stripe_id}:{calendar.date_of(ends_at)}",
            subscription,
            sold=subscription.next_sold if waits else subscription.sold,
            at=ends_at,
        )


def _trial(subscription: SubscriptionRow, calendar: Calendar, now: datetime) -> Iterator[Due]:
    ends_at = subscription.trial_ends_at
    trialing = subscription.renews and subscription.status is Status.TRIALING
    if trialing and ends_at and _ends_soon(subscription, ends_at, calendar, now):
        yield Due(
            Kind.TRIAL_ENDING,
            f"trial:{subscription.stripe_id}:{calendar.date_of(ends_at)}",
            subscription,
            sold=subscription.sold,
            at=ends_at,
        )


def _offer(
    subscription: SubscriptionRow, facts: Facts, calendar: Calendar, now: datetime
) -> Iterator[Due]:
    ends_at = offer_ends_at(subscription, facts)
    active = subscription.renews and subscription.status is Status.ACTIVE
    if ends_at and subscription.next_price_at and subscription.next_price_at <= ends_at:
        return  # another price follows the offer, and the letter about that has said so
    if active and ends_at and _ends_soon(subscription, ends_at, calendar, now):
        yield Due(
            Kind.OFFER_ENDING,
            f"offer:{subscription.stripe_id}:{calendar.date_of(ends_at)}",
            subscription,
            sold=subscription.sold,
            at=ends_at,
        )


def _ends_soon(
    subscription: SubscriptionRow, ends_at: datetime, calendar: Calendar, now: datetime
) -> bool:
    """A short trial's letter waits for its middle: the one about the start has just said it."""
    half = (ends_at - subscription.started_at) / 2
    notice = min(calendar.ending_notice, max(half, SHORTEST_NOTICE))
    begins = max(ends_at - notice, subscription.started_at + timedelta(days=1))
    return begins <= now < ends_at


def _card(subscription: SubscriptionRow, calendar: Calendar, now: datetime) -> Iterator[Due]:
    if subscription.card_ends_date is None or not subscription.renews:
        return
    ends_at = calendar.midnight(subscription.card_ends_date)
    if ends_at - CARD_NOTICE <= now < ends_at + NEWS:
        card = f"{subscription.card_last4}:{subscription.card_ends_date}"
        yield Due(
            Kind.CARD_EXPIRING,
            f"card:{subscription.stripe_id}:{card}",
            subscription,
            sold=subscription.sold,
            at=ends_at,
        )


def _failed(invoice: InvoiceRow, subscription: SubscriptionRow, now: datetime) -> Iterator[Due]:
    """The first payment is none of these: it fails before the reader's eyes, at the checkout."""
    unpaid = subscription.status in {Status.PAST_DUE, Status.UNPAID}
    asked = invoice.status == "open" and invoice.attempts > 0
    days = [day for day in FAILED_LETTER_DAYS if now >= invoice.made_at + timedelta(days=day)]
    if not unpaid or not asked or not days or invoice.billing_reason == FIRST_INVOICE:
        return
    if _is_news(invoice.made_at + timedelta(days=days[-1]), now):
        yield Due(
            Kind.PAYMENT_FAILED,
            f"failed:{invoice.stripe_id}:{days[-1]}",
            subscription,
            invoice,
            sold=subscription.sold,
            at=subscription.opens_until,
            day=days[-1],
        )


def _recovered(
    invoice: InvoiceRow, subscription: SubscriptionRow, facts: Facts, now: datetime
) -> Iterator[Due]:
    told = any(f"failed:{invoice.stripe_id}:{day}" in facts.written for day in FAILED_LETTER_DAYS)
    going_on = subscription.status in {Status.ACTIVE, Status.TRIALING}
    if told and going_on and invoice.status == "paid" and _is_news(invoice.paid_at, now):
        key = f"recovered:{invoice.stripe_id}"
        at = subscription.period_ends_at
        yield Due(Kind.RECOVERED, key, subscription, invoice, sold=subscription.sold, at=at)


def _refunded(
    invoice: InvoiceRow | None,
    bought: PassRow | None,
    subscription: SubscriptionRow | None,
    now: datetime,
) -> Iterator[Due]:
    paid = invoice or bought
    if paid and paid.amount_refunded > 0 and _is_news(paid.refunded_at, now):
        key = f"refunded:{paid.stripe_id}:{paid.amount_refunded}"
        sold = subscription.sold if subscription else bought.sold if bought else None
        yield Due(Kind.REFUNDED, key, subscription, invoice, bought, sold, paid.refunded_at)


def _price(
    subscription: SubscriptionRow, facts: Facts, calendar: Calendar, now: datetime
) -> Iterator[Due]:
    sold, waiting, at = subscription.sold, subscription.next_sold, subscription.next_price_at
    in_force = subscription.status not in NOT_IN_FORCE
    stem = f"price:{subscription.stripe_id}:"
    if in_force and waiting and at and waiting.price_id != sold.price_id and now < at:
        key = f"{stem}{waiting.price_id}:{calendar.date_of(at)}"
        yield Due(Kind.PRICE_CHANGE, key, subscription, sold=waiting, at=at)
    since = subscription.price_since
    changed = since > subscription.started_at and _is_news(since, now)
    if in_force and changed and not _announced(f"{stem}{sold.price_id}:", since, facts, calendar):
        key = f"{stem}{sold.price_id}:{since:%Y-%m-%dT%H:%M:%S}"
        yield Due(Kind.PRICE_CHANGE, key, subscription, sold=sold)


def _announced(stem: str, since: datetime, facts: Facts, calendar: Calendar) -> bool:
    """Tell whether a letter said beforehand that the price would change about then."""
    days = [key.removeprefix(stem) for key in facts.written if key.startswith(stem)]
    changed = calendar.date_of(since)
    return any(
        timedelta() <= changed - date.fromisoformat(day) <= NEWS for day in days if "T" not in day
    )


NOT_IN_FORCE = frozenset({Status.CANCELED, Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED})


def _cancelled(subscription: SubscriptionRow, calendar: Calendar, now: datetime) -> Iterator[Due]:
    ends_at, known = subscription.cancels_at, subscription.cancel_known_since
    if subscription.status in NOT_IN_FORCE or ends_at is None or ends_at <= now:
        return
    if known and _is_news(known, now) and _was_known_before(subscription, known):
        key = f"cancelled:{subscription.stripe_id}:{calendar.date_of(ends_at)}"
        yield Due(Kind.CANCELLED, key, subscription, sold=subscription.sold, at=ends_at)


def _ended(
    subscription: SubscriptionRow, facts: Facts, calendar: Calendar, now: datetime
) -> Iterator[Due]:
    ended_at = subscription.ended_at
    if subscription.status is not Status.CANCELED or ended_at is None:
        return
    if _is_news(ended_at, now) and _was_known_before(subscription, ended_at):
        key = f"ended:{subscription.stripe_id}:{calendar.date_of(ended_at)}"
        unpaid = next(
            (
                invoice
                for invoice in facts.invoices
                if invoice.subscription_id == subscription.stripe_id
                and _was_never_paid(invoice, subscription)
                and invoice.attempts > 0
            ),
            None,
        )
        yield Due(Kind.ENDED, key, subscription, unpaid, sold=subscription.sold, at=ended_at)


def _was_never_paid(invoice: InvoiceRow, subscription: SubscriptionRow) -> bool:
    """Tell whether an invoice may be why it ended: then it is voided, as it buys nothing more."""
    voided = invoice.status == "void" and invoice.made_at >= subscription.period_starts_at
    if voided and not subscription.ended_by_reader:
        return True
    return invoice.status in {"open", "uncollectible"}


def _was_known_before(subscription: SubscriptionRow, moment: datetime) -> bool:
    is_new = subscription.known_since - subscription.started_at < NEWS
    return subscription.known_since < moment or is_new


def _pass(bought: PassRow, now: datetime) -> Iterator[Due]:
    taken_back = bought.disputed_at or bought.amount_refunded >= bought.amount_paid > 0
    if taken_back or not _is_news(bought.paid_at, now):
        return
    if bought.ends_at and now < bought.ends_at:
        key = f"pass:{bought.stripe_id}"
        yield Due(Kind.PASS, key, bought=bought, sold=bought.sold, at=bought.ends_at)


def _first_invoice(subscription: SubscriptionRow, facts: Facts) -> InvoiceRow | None:
    return next(
        (
            invoice
            for invoice in facts.invoices
            if invoice.subscription_id == subscription.stripe_id
            and invoice.billing_reason == FIRST_INVOICE
            and invoice.status == "paid"
        ),
        None,
    )


def _is_news(moment: datetime | None, now: datetime) -> bool:
    """A moment that is still to come by our clock, which may be slow, is news too."""
    return moment is not None and now < moment + NEWS
