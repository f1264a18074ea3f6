"""Twelve months at the sandbox: our money, month by month, is Stripe's to the cent."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from paywall.letters import walking
from paywall.payments import updating
from paywall.payments.updating import Touched
from paywall.periods import Period, month_of
from paywall.reports import listing, recurring, revenue, subscribers
from paywall.reports.board import Board
from paywall.reports.spans import Choice, span_of, whole
from paywall.reports.tables import Money
from paywall.subscriptions.models import Customer
from tests.payments.lives import FAILS_LATER
from tests.payments.shop import GOOD, Newspaper, stripe_id
from tests.stripe_sandbox.paying import pay

ZONE = ZoneInfo("America/New_York")  # its months begin four or five hours after UTC's


@pytest.fixture(autouse=True)
def _in_new_york(settings: LazySettings) -> None:
    settings.TIME_ZONE = ZONE.key


class Year:
    """Readers who pay, switch, fail, come back, leave and are given money back."""

    def __init__(self, paper: Newspaper) -> None:
        self.paper, self.v1, self.readers = paper, paper.v1, dict[str, Customer]()

    def subscribe(self, name: str, price: Any = None, number: str = GOOD, **more: Any) -> str:
        self.readers[name] = self.paper.customer(f"{name}@example.com", number)
        return self.paper.subscribe(self.readers[name], price, **more).stripe_id

    def refund(self, name: str, amount: int) -> None:
        theirs = self.v1.payment_intents.list({"customer": self.readers[name].stripe_id}).data
        paid = [intent for intent in theirs if intent.status == "succeeded"]
        self.v1.refunds.create({"payment_intent": paid[-1].id, "amount": amount})
        self.paper.update(self.readers[name])

    def buy_a_day(self, name: str) -> None:
        lines = [{"price": stripe_id(self.paper.day), "quantity": 1}]
        params = {"mode": "payment", "customer": self.readers[name].stripe_id, "line_items": lines}
        session = self.v1.checkout.sessions.create({**params, "success_url": "https://p.example/"})
        pay(self.paper.sandbox, session.id, GOOD)
        self.paper.update(self.readers[name])

    def pays_again(self, name: str) -> None:
        customer = self.readers[name].stripe_id
        card = {"number": GOOD, "exp_month": 12, "exp_year": 2041, "cvc": "123"}
        method = self.v1.payment_methods.create({"type": "card", "card": card})
        self.v1.payment_methods.attach(method.id, {"customer": customer})
        self.v1.customers.update(
            customer, {"invoice_settings": {"default_payment_method": method.id}}
        )
        for invoice in self.v1.invoices.list({"customer": customer, "status": "open"}).data:
            self.v1.invoices.pay(invoice.id)

    def settle(self) -> None:
        """Record what the month brought, and write the letters that it makes due."""
        since = (self.paper.now - timedelta(days=32)).timestamp()
        for customer in self.readers.values():
            of = {"customer": customer.stripe_id}
            subscriptions = {
                each.id for each in self.v1.subscriptions.list({**of, "status": "all"})
            }
            invoices = {
                each["id"]
                for each in self.paper.sandbox.store.all("invoice")
                if each["customer"] == customer.stripe_id and each["created"] > since
            }
            touched = Touched(subscriptions=frozenset(subscriptions), invoices=frozenset(invoices))
            updating.bring_up_to_date(
                self.paper.stripe, customer, touched, why="a test", now=self.paper.now
            )
        walking.write_all_due(now=self.paper.now)


def live(paper: Newspaper) -> Iterator[tuple[Year, int]]:
    """Yield after each month of a year."""
    year = Year(paper)
    ids = {"month": year.subscribe("month"), "year": year.subscribe("year", paper.year)}
    ids["trial"] = year.subscribe("trial", trial_period_days=20)
    off = {"amount_off": 1100, "currency": "eur", "duration": "repeating", "duration_in_months": 3}
    coupon = year.v1.coupons.create(off).id
    ids["offer"] = year.subscribe("offer", discounts=[{"coupon": coupon}])
    ids["sport"] = year.subscribe("sport", paper.sport)
    ids["failing"] = year.subscribe("failing", number=FAILS_LATER)
    ids["lapsing"] = year.subscribe("lapsing", number=FAILS_LATER)
    steps: dict[int, list[Callable[[], Any]]] = {
        0: [lambda: year.buy_a_day("month"), lambda: year.refund("offer", 30)],
        1: [
            lambda: year.pays_again("failing"),
            lambda: year.refund("month", 100),
        ],
        2: [lambda: year.refund("month", 250), lambda: switch(year, ids["sport"], paper.month)],
        4: [lambda: year.subscribe("late"), lambda: year.refund("year", 5000)],
        6: [
            lambda: year.v1.subscriptions.update(
                ids["month"],
                {
                    "cancel_at_period_end": True,
                    "cancellation_details": {"feedback": "too_expensive"},
                },
            )
        ],
        9: [lambda: year.v1.subscriptions.cancel(ids["trial"])],
    }
    for month in range(12):
        paper.advance(hours=1)
        for step in steps.get(month, []):
            step()
        paper.advance(days=30.5)
        year.settle()
        yield year, month


def switch(year: Year, stripe_id_of_it: str, price: Any) -> None:
    item = year.v1.subscriptions.retrieve(stripe_id_of_it)["items"].data[0]
    year.v1.subscriptions.update(
        stripe_id_of_it,
        {
            "items": [{"id": item.id, "price": stripe_id(price)}],
            "proration_behavior": "always_invoice",
        },
    )


def at_stripe(paper: Newspaper) -> tuple[Counter[Period], Counter[Period]]:
    """Return what Stripe was paid and gave back, by the paper's months: charges, not our rows."""
    paid, refunded = Counter[Period](), Counter[Period]()
    for charge in paper.sandbox.store.all("charge"):
        if charge["paid"]:
            paid[_month(charge["created"])] += charge["amount"]
    for refund in paper.sandbox.store.all("refund"):
        refunded[_month(refund["created"])] += refund["amount"]
    return paid, refunded


def recurring_at_stripe(paper: Newspaper) -> int:
    """Reckon from Stripe's own objects what recurs: items, less the discount that runs."""
    worth = Fraction()
    for theirs in paper.v1.subscriptions.list({"status": "all", "limit": 100}).data:
        if theirs.status in {"active", "past_due"}:
            price = theirs["items"].data[0].price
            off = 0
            for name in theirs.discounts:
                discount = paper.sandbox.store.get("discount", name)
                if discount["end"] is None or discount["end"] > paper.sandbox.now:
                    off += 1100
            part = Fraction(1, 12) if price.recurring.interval == "year" else 1
            worth += (price.unit_amount - off) * part
    return recurring.rounded(worth)


def _month(seconds: int) -> Period:
    return month_of(datetime.fromtimestamp(seconds, UTC), ZONE)


def test_a_year_of_payments_equals_stripes_to_the_cent(paper: Newspaper) -> None:
    began, seen = month_of(paper.now, ZONE), list[int]()
    for _, month in live(paper):
        book = subscribers.book([paper.now])
        recurs = recurring.recurring(book.lives, paper.now, reduced=book.reduced)
        assert recurs.get("EUR", 0) == recurring_at_stripe(paper), month
        seen.append(recurring_at_stripe(paper))
    assert len(set(seen)) > 4  # the year had ups and downs
    paid, refunded = at_stripe(paper)
    months = [began]
    while months[-1] < month_of(paper.now, ZONE):
        months.append(Period(months[-1].ends_date))
    assert len(months) == 13
    takings = revenue.takings([whole(each) for each in months], ZONE)
    for each in months:
        taken = takings[whole(each)]
        assert (taken.paid["EUR"], taken.refunded["EUR"]) == (paid[each], refunded[each]), each
    assert sum(paid.values()) > 30_000
    assert sum(refunded.values()) == 30 + 100 + 250 + 5000
    _what_the_reports_say(paper)


def _what_the_reports_say(paper: Newspaper) -> None:
    """The same year, as the publisher reads it; the numbers are those of `live`, by hand."""
    shown = Board(span_of(Choice.YEAR, paper.now.date()), paper.now)
    since, until = paper.now - timedelta(days=400), paper.now + timedelta(seconds=1)
    year = recurring.movements(subscribers.book([since, until]).lives, since, until)
    stopped = {recurring.BY_READER: 1, recurring.AT_STRIPE: 1, recurring.FAILED: 1}
    assert (year.started, year.stopped) == (8, stopped)
    reasons = {str(row[0]): row[1] for row in listing.stops(shown).rows}
    assert reasons["Reason given: It costs too much"] == 1
    assert list(listing.past_due(shown).rows[1][1:]) == [1, Money(1200, "EUR")]
    running = {str(row[0]): row[1] for row in listing.packages(shown).rows}
    assert running["Everything"] == 5  # by year, offer, sport (switched), failing (again), late
    assert "Sport" not in running


def test_introductory_prices_that_end_soon_are_named(paper: Newspaper) -> None:
    from paywall.catalog import pricing
    from paywall.catalog.terms import Interval, Terms
    from tests.payments.shop import publish

    price = pricing.change(
        paper.month,
        Terms(Interval.MONTH, 1200, "EUR", intro_amount=100, intro_months=2),
        now=paper.now,
    )
    publish(paper)
    customer = paper.customer()
    paper.subscribe(customer, price, discounts=[{"coupon": paper.coupon_of(price)}])
    shown = Board(span_of(Choice.DAYS, paper.now.date()), paper.now)
    assert listing.introductory(shown).rows == []
    paper.advance(days=35)
    paper.update(customer)
    row = listing.introductory(Board(shown.span, paper.now)).rows[0]
    assert [row[0], row[1], *row[3:]] == [
        "Everything", 1, Money(100, "EUR"), Money(1200, "EUR")
    ]  # fmt: skip
