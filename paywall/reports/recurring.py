"""Recurring revenue, starts, stops and churn, from the lives of subscriptions. Pure.

What a subscription is worth a month is what its running period was billed, taxes aside: the
price, or less where an introductory offer or a promotion takes something off. A year counts a
twelfth. Nothing while it is on trial; one that is past due counts until it ends. Fractions are
added up before they are rounded, so that the sum is exact to the cent.

Lives that are alike in all that is asked of them may come as one, with their `number`; of these,
periods that were billed less come apart, as `Reduced`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from paywall.catalog.terms import Interval
from paywall.subscriptions.leaving import By

A_MONTH = {  # how many payments a month has
    Interval.DAY: Fraction(365, 12),
    Interval.WEEK: Fraction(365, 84),
    Interval.MONTH: Fraction(1),
    Interval.YEAR: Fraction(1, 12),
}


@dataclass(frozen=True, slots=True)
class Priced:
    """What was asked from a moment on, in the currency's smallest unit."""

    since: datetime
    package: str
    interval: Interval
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice for a whole period, for less than the price."""

    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Life:
    """A subscription from its first day, or so many alike. `ended_at` is empty while it runs.

    `prices` has at least one, the oldest first. `why`: why it ended or will, in Stripe's words;
    `by`: who chose that, where it is known.
    """

    started_at: datetime
    prices: Sequence[Priced]
    bills: Sequence[Bill] = ()
    pays_from: datetime | None = None  # where a trial came first
    ended_at: datetime | None = None
    why: str = ""
    feedback: str = ""
    by: str = ""
    number: int = 1

    @property
    def begins_at(self) -> datetime:
        """When it began to be paid."""
        return self.pays_from or self.started_at

    @property
    def stopped_because(self) -> str:
        """Why it ended: one of STOPS."""
        if self.why in FAILURES:
            return FAILED
        if self.why != CANCELLED or self.by == By.PAPER:
            return OTHER
        if self.by == By.STAFF:
            return BY_STAFF
        return BY_READER if self.by or self.feedback else AT_STRIPE

    def runs(self, at: datetime) -> bool:
        """Tell whether it is paid for at a moment: a trial is not."""
        return self.begins_at <= at and (self.ended_at is None or at < self.ended_at)

    def price(self, at: datetime) -> Priced:
        return next((each for each in reversed(self.prices) if each.since <= at), self.prices[0])

    def billed(self, at: datetime) -> tuple[Priced, int]:
        """Return the price of a moment at which it runs, and what that period is billed."""
        price = self.prices[0] if len(self.prices) == 1 else self.price(at)
        amount = price.amount
        if self.bills:
            since = price.since if price is not self.prices[0] else self.started_at
            for bill in self.bills:
                if bill.starts_at <= at < bill.ends_at and since <= bill.made_at <= at:
                    amount = min(bill.amount, price.amount)
        return price, amount


@dataclass(frozen=True, slots=True)
class Reduced:
    """So many subscriptions, among the lives at their price, that are billed less meanwhile."""

    number: int
    price: Priced
    amount: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """What became of the subscriptions from one moment until another."""

    running_before: int
    started: int
    stopped: Mapping[str, int]  # by why: see STOPS
    running_after: int

    @property
    def stops(self) -> int:
        return sum(self.stopped.values())

    @property
    def churn(self) -> Fraction | None:
        """Which share of those that ran at the beginning stopped; None: none ran."""
        return Fraction(self.stops, self.running_before) if self.running_before else None


BY_READER, BY_STAFF, AT_STRIPE = "the reader’s choice", "by staff", "in Stripe’s dashboard"
FAILED, OTHER = "failed payment", "other"
STOPS = (BY_READER, BY_STAFF, AT_STRIPE, FAILED, OTHER)
# https://docs.stripe.com/api/subscriptions/object#subscription_object-cancellation_details
CANCELLED = "cancellation_requested"
FAILURES = frozenset({"payment_failed", "payment_disputed"})


def rounded(amount: Fraction) -> int:
    """Round to the smallest unit, halves up."""
    return int((amount + Fraction(1, 2)) // 1)


def recurring(
    lives: Iterable[Life], at: datetime, *, reduced: Iterable[Reduced] = ()
) -> dict[str, int]:
    """Return the monthly recurring revenue at a moment, by currency."""
    worth: dict[str, Fraction] = {}
    for (_, interval, amount, currency), number in _billed(lives, reduced, at).items():
        more = number * amount * A_MONTH[interval]
        worth[currency] = worth.get(currency, Fraction()) + more
    return {currency: rounded(amount) for currency, amount in worth.items()}


def by_package(
    lives: Iterable[Life], at: datetime, *, reduced: Iterable[Reduced] = ()
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many run and what they are worth a month, by package and currency."""
    numbers: Counter[tuple[str, str]] = Counter()
    worth: dict[tuple[str, str], Fraction] = {}
    for (package, interval, amount, currency), number in _billed(lives, reduced, at).items():
        key = package, currency
        numbers[key] += number
        worth[key] = worth.get(key, Fraction()) + number * amount * A_MONTH[interval]
    return {key: (number, rounded(worth[key])) for key, number in numbers.items()}


def _billed(
    lives: Iterable[Life], reduced: Iterable[Reduced], at: datetime
) -> Counter[tuple[str, Interval, int, str]]:
    """Count those that run by what they are billed: of many there are few kinds."""
    found: Counter[tuple[str, Interval, int, str]] = Counter()
    for life in lives:
        if life.runs(at):
            price, amount = life.billed(at)
            found[price.package, price.interval, amount, price.currency] += life.number
    for some in reduced:
        if some.starts_at <= at < some.ends_at:
            price = some.price
            found[price.package, price.interval, price.amount, price.currency] -= some.number
            found[price.package, price.interval, some.amount, price.currency] += some.number
    return found


def movements(lives: Iterable[Life], starts_at: datetime, ends_at: datetime) -> Month:
    """Return starts and stops from one moment until another (exclusive)."""
    before = started = after = 0
    stopped: Counter[str] = Counter()
    for life in lives:
        if life.ended_at is not None and life.ended_at <= life.begins_at:
            continue  # ended on trial: it was never paid
        before += life.number * _goes_on(life, starts_at)
        started += life.number * (starts_at <= life.begins_at < ends_at)
        after += life.number * _goes_on(life, ends_at)
        if life.ended_at is not None and starts_at <= life.ended_at < ends_at:
            stopped[life.stopped_because] += life.number
    return Month(before, started, dict(stopped), after)


def _goes_on(life: Life, at: datetime) -> bool:
    """Tell whether it was begun before a moment, and had not ended before it."""
    return life.begins_at < at and (life.ended_at is None or life.ended_at >= at)


def feedback(lives: Iterable[Life], starts_at: datetime, ends_at: datetime) -> Counter[str]:
    """Return the reasons that readers gave whose subscriptions stopped, "" for none given."""
    given: Counter[str] = Counter()
    for life in lives:
        if life.ended_at is not None and starts_at <= life.ended_at < ends_at:
            given[life.feedback] += life.number
    return given
