"""Who pays: customers, subscriptions with their invoices and changes, passes, what they open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.scale.ground import Ground, address, mixed
from config.scale.pouring import next_id, pour
from paywall.catalog import pricing
from paywall.catalog.models import Package, Price, Section
from paywall.catalog.terms import Interval, Terms
from paywall.entitlements.models import Entitlement, Source
from paywall.payments.models import CheckoutAttempt, Concern, StripeEvent
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)

EVERY = 8  # of so many readers one is a customer
OLDEST = 730  # days that a subscription may run
CURRENCY = "EUR"
ATTEMPTS = UUID("5ca1e000-0000-4000-9000-000000000000").int
WHOLE = {Interval.MONTH: timedelta(days=30), Interval.YEAR: timedelta(days=365)}
PACKAGES: dict[str, tuple[str, list[str], list[Terms]]] = {
    "scale-digital": (
        "Digital, at scale",
        [],
        [
            Terms(Interval.MONTH, 1200, CURRENCY, intro_amount=100, intro_months=3),
            Terms(Interval.YEAR, 12000, CURRENCY),
        ],
    ),
    "scale-sport": (
        "Sport, at scale",
        ["sport"],
        [Terms(Interval.MONTH, 500, CURRENCY), Terms(Interval.YEAR, 5000, CURRENCY)],
    ),
    "scale-week": (
        "Week pass, at scale",
        [],
        [Terms(Interval.ONCE, 400, CURRENCY, opens_for_days=7)],
    ),
}


@dataclass(frozen=True, slots=True)
class Paid:
    """The course of one subscription, from which all its rows are written."""

    number: int
    price: Price
    started_at: datetime
    ended_at: datetime | None
    periods: int
    offer: bool
    status: str

    @property
    def stripe_id(self) -> str:
        return f"sub_scale{self.number:09}"

    def period(self, number: int) -> tuple[datetime, datetime]:
        length = WHOLE[Interval(self.price.interval)]
        return self.started_at + number * length, self.started_at + (number + 1) * length

    def amount(self, number: int) -> int:
        reduced = self.offer and number < (self.price.intro_months or 0)
        return (self.price.intro_amount or 0) if reduced else self.price.amount


def make_packages(sections: list[Section]) -> list[Price]:
    """Return the prices, the pass last; made where there are none yet."""
    for order, (name, (title, opens, terms)) in enumerate(PACKAGES.items(), start=80):
        package, is_new = Package.objects.get_or_create(
            slug=name, defaults={"name": title, "everything": not opens, "order": order}
        )
        if is_new:
            package.sections.set([each for each in sections if each.slug in opens])
            for each in terms:
                pricing.add(package, each)
    found = Price.objects.in_force().filter(package__slug__in=PACKAGES)
    return list(found.select_related("package").order_by("package__order", "amount"))


def make_paying(ground: Ground, prices: list[Price]) -> None:
    """Make customers and all that Stripe would have told of them."""
    customer, right, first = next_id(Customer), next_id(Entitlement), next_id(Subscription)
    customers = range(ground.readers // EVERY)
    pour(
        Customer,
        ("id", "reader", "stripe_id", "email", "created_at"),
        (
            (customer + k, ground.first_reader + k * EVERY, f"cus_scale{k:09}",
             address(k * EVERY), course(ground, prices, k).started_at)
            for k in customers
        ),
    )  # fmt: skip
    pour(Entitlement, ("id", "reader", "source", "starts_at", "ends_at"), _rights(ground, prices, right))  # noqa: E501  # fmt: skip
    pour(
        Subscription,
        ("id", "customer", "price", "stripe_id", "status", "reason", "started_at",
         "period_starts_at", "period_ends_at", "price_since", "ended_at", "cancels_at",
         "discount_ends_at", "cancel_reason", "cancelled_by", "opens_until", "entitlement",
         "recorded_ticket", "recorded_at"),
        _subscriptions(ground, prices, customer, first, right),
    )  # fmt: skip
    pour(
        Invoice,
        ("customer", "subscription", "stripe_id", "number", "status", "billing_reason",
         "currency", "amount_due", "below_price", "amount_paid", "amount_refunded", "attempts",
         "period_starts_at", "period_ends_at", "made_at", "paid_at", "refunded_at", "refunds",
         "payment_intent", "recorded_ticket", "recorded_at"),
        _invoices(ground, prices, customer, first),
    )  # fmt: skip
    pour(
        SubscriptionChange,
        ("subscription", "at", "what", "before", "after", "price", "why"),
        _changes(ground, prices, first),
    )
    _make_around(ground, prices, customer)


def _make_around(ground: Ground, prices: list[Price], customer: int) -> None:
    """Make passes, checkouts, events and what staff have to look at."""
    customers = range(ground.readers // EVERY)
    pour(
        Purchase,
        ("customer", "price", "stripe_id", "payment_intent", "currency", "amount", "ordered_at",
         "paid_at", "recorded_ticket", "recorded_at"),
        (
            (customer + k, prices[-1].pk, f"cs_scale{k:09}", f"pi_pass{k:09}", CURRENCY, 400,
             ground.ago(days=mixed(k) % 400), ground.ago(days=mixed(k) % 400), 1, ground.now)
            for k in customers
            if k % 12 == 1
        ),
    )  # fmt: skip
    pour(
        CheckoutAttempt,
        ("reader", "price", "key", "state", "session_id", "story", "begun_at", "expires_at",
         "finished_at"),
        (
            (ground.first_reader + k * EVERY, course(ground, prices, k).price.pk,
             UUID(int=ATTEMPTS + k), "paid", f"cs_begun{k:09}",
             ground.key(mixed(k) % max(ground.stories, 1)),
             *[course(ground, prices, k).started_at] * 3)
            for k in customers
        ),
    )  # fmt: skip
    pour(
        StripeEvent,
        ("stripe_id", "type", "happened_at", "customer_id", "object", "received_at", "handled_at",
         "given_up_at", "outcome", "next_try_at", "error"),
        (
            (f"evt_scale{k:09}", "invoice.paid", at, f"cus_scale{k:09}", {"customers": []}, at,
             None if failed else at, at if failed else None, "" if failed else "recorded", at,
             "It went on failing." if failed else "")
            for k in customers
            for at in [ground.ago(days=mixed(k) % 90)]
            for failed in [k % 10_000 == 9_999]
        ),
    )  # fmt: skip
    pour(
        Concern,
        ("kind", "key", "customer", "text", "raised_at", "settled_at"),
        (
            ("dispute", f"scale:{k}", customer + k, "A payment is disputed.", at,
             None if k % 8_000 == 0 else at)
            for k in customers
            if k % 1_000 == 0
            for at in [ground.ago(days=mixed(k) % 300)]
        ),
    )  # fmt: skip


def course(ground: Ground, prices: list[Price], number: int) -> Paid:
    """Return the course of a customer's subscription."""
    kind = mixed(number) // 7 % 10  # six of ten pay by the month for everything
    price = prices[0 if kind < 6 else 2 if kind < 7 else 1 if kind < 9 else 3]
    started = ground.ago(days=mixed(number) % (OLDEST * 24) / 24 + 1)
    length = WHOLE[Interval(price.interval)]
    lasted = int((ground.now - started) / length) + 1
    ended = None
    if number % 5 == 4:  # one of five has ended
        lasted = max(lasted * (number % 3 + 1) // 4, 1)
        ended = min(started + lasted * length, ground.now)
    status = "canceled" if ended else "past_due" if number % 50 == 7 else "active"
    offer = bool(price.intro_amount) and number % 3 == 0
    return Paid(number, price, started, ended, lasted, offer, status)


def _rights(ground: Ground, prices: list[Price], right: int) -> Iterator[tuple[Any, ...]]:
    for k in range(ground.readers // EVERY):
        paid = course(ground, prices, k)
        yield (
            right + k, ground.first_reader + k * EVERY, Source.SUBSCRIPTION.value,
            paid.started_at, paid.ended_at or paid.period(paid.periods)[0],
        )  # fmt: skip


def _subscriptions(
    ground: Ground, prices: list[Price], customer: int, first: int, right: int
) -> Iterator[tuple[Any, ...]]:
    for k in range(ground.readers // EVERY):
        paid = course(ground, prices, k)
        begins, ends = paid.period(paid.periods - 1)
        switched = _switched_at(paid)
        leaves = ends if paid.status == "active" and k % 30 == 1 else None
        offer_ends = paid.period(paid.price.intro_months or 0)[0] if paid.offer else None
        by = (By.READER, By.READER, By.STAFF)[k % 3].value
        reason = "ended" if paid.ended_at else "in grace" if paid.status == "past_due" else "paid"
        yield (
            first + k, customer + k, paid.price.pk, paid.stripe_id, paid.status,
            "cancelled later" if leaves else reason, paid.started_at, begins, ends,
            switched or paid.started_at, paid.ended_at, leaves,
            offer_ends if offer_ends and offer_ends > ground.now else None,
            ("payment_failed" if k % 4 == 0 else "cancellation_requested") if paid.ended_at else "",
            by if leaves or (paid.ended_at and k % 4) else "",
            paid.ended_at or ends, right + k, 1, ground.now,
        )  # fmt: skip


def _switched_at(paid: Paid) -> datetime | None:
    """Return when a subscription came to its price of today, if it had another one before."""
    return paid.period(1)[0] if paid.number % 50 == 13 and paid.periods > 2 else None


def _invoices(
    ground: Ground, prices: list[Price], customer: int, first: int
) -> Iterator[tuple[Any, ...]]:
    for k in range(ground.readers // EVERY):
        paid = course(ground, prices, k)
        for period in range(paid.periods):
            begins, ends = paid.period(period)
            name, amount = f"{k:09}{period:03}", paid.amount(period)
            owed = paid.status == "past_due" and period == paid.periods - 1
            back = amount // 2 if (k + period) % 200 == 0 and not owed else 0
            yield (
                customer + k, first + k, f"in_scale{name}", f"SC-{name}",
                "open" if owed else "paid",
                "subscription_cycle" if period else "subscription_create", CURRENCY, amount,
                amount < paid.price.amount, 0 if owed else amount, back,
                1 if owed or (k + period) % 60 == 0 else 0, begins, ends, begins,
                None if owed else begins + timedelta(hours=1),
                begins + timedelta(days=2) if back else None,
                [[(begins + timedelta(days=2)).isoformat(), back]] if back else [],
                f"pi_scale{name}", 1, ground.now,
            )  # fmt: skip


def _changes(ground: Ground, prices: list[Price], first: int) -> Iterator[tuple[Any, ...]]:
    for k in range(ground.readers // EVERY):
        paid = course(ground, prices, k)
        switched = _switched_at(paid)
        yield first + k, paid.started_at, "status", "", "active", None, "Stripe told us"
        before = prices[(k + 1) % 4] if switched else paid.price
        yield first + k, paid.started_at, "price", "", str(before)[:120], before.pk, "checkout"
        if switched:
            after = str(paid.price)[:120]
            yield first + k, switched, "price", "", after, paid.price.pk, "the reader switched"
        if paid.ended_at:
            yield first + k, paid.ended_at, "status", "active", "canceled", None, "Stripe told us"
