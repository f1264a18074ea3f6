"""A newspaper whose packages are published to the sandbox, and readers who pay for them."""

import pickle
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection

from paywall.catalog.models import Package, Price, Section
from paywall.payments import gateway, publishing, updating
from paywall.payments.comparing import Kind
from paywall.payments.gateway import Gateway
from paywall.payments.models import Publication
from paywall.payments.updating import Touched
from paywall.subscriptions.models import Customer, Subscription
from tests.catalog.packages import MONTHLY, WEEK_PASS, YEARLY, make_package, make_price
from tests.making import make_reader, make_section
from tests.stripe_sandbox import Sandbox
from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.faults import Kind as FaultKind
from tests.stripe_sandbox.http_client import client

GOOD = "4242424242424242"


@dataclass
class Newspaper:
    """The catalogue at Stripe: everything by the month and the year, sport alone, and a day."""

    sandbox: Sandbox
    stripe: Gateway
    month: Price
    year: Price
    sport: Price
    day: Price

    @property
    def v1(self) -> Any:
        """Stripe as somebody else reaches it, such as its dashboard."""
        return client(self.sandbox).v1

    @property
    def now(self) -> datetime:
        return moment(self.sandbox.now)

    def customer(self, email: str = "reader@example.com", number: str = GOOD) -> Customer:
        """Return a reader's customer, whose invoices are charged to a card."""
        reader = make_reader(email)
        theirs = self.v1.customers.create({"email": email})
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = self.v1.payment_methods.create({"type": "card", "card": card})
        self.v1.payment_methods.attach(method.id, {"customer": theirs.id})
        self.v1.customers.update(
            theirs.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
        return Customer.objects.create(
            reader=reader, stripe_id=theirs.id, email=email, created_at=self.now
        )

    def subscribe(
        self, customer: Customer, price: Price | None = None, **more: Any
    ) -> Subscription:
        """Have a customer subscribe at Stripe, and record it."""
        items = [{"price": stripe_id(price or self.month)}]
        made = self.v1.subscriptions.create(
            {"customer": customer.stripe_id, "items": items, **more}
        )
        self.update(customer)
        return Subscription.objects.get(stripe_id=made.id)

    def coupon_of(self, price: Price) -> str:
        """Return the coupon that is a price's introductory offer."""
        return Publication.objects.get(price=price, kind=Kind.OFFER.value).stripe_id

    def update(self, customer: Customer) -> None:
        """Fetch everything of a customer and record it."""
        updating.everything_of(self.stripe, customer, why="a test", now=self.now)

    def advance(self, **by: float) -> datetime:
        """Move Stripe's clock on by days, hours and so on."""
        self.sandbox.advance(None, **by)
        return self.now

    def touch(self, customer: Customer, **ids: str) -> None:
        """Bring up to date what is named: subscriptions="sub_1", invoices="in_1" and so on."""
        touched = Touched(**{name: frozenset({one}) for name, one in ids.items()})
        updating.bring_up_to_date(self.stripe, customer, touched, why="a test", now=self.now)


def publish(paper: Newspaper) -> None:
    """Tell Stripe of what was changed in the catalogue."""
    publishing.publish(paper.stripe, now=paper.now)


def stripe_id(price: Price) -> str:
    """Return the id that Stripe knows a price under."""
    return Publication.objects.get(price=price, kind=Kind.PRICE.value).stripe_id


def open_newspaper(sandbox: Sandbox) -> Newspaper:
    """Make the packages and publish them."""
    everything = make_package(MONTHLY, YEARLY, name="Everything", slug="everything")
    sport = make_package(replace(MONTHLY, amount=500), name="Sport", slug="sport", everything=False)
    sport.sections.add(make_section("sport"))
    day = replace(WEEK_PASS, amount=300, opens_for_days=1)
    made = Newspaper(
        sandbox,
        gateway.from_settings(),
        month=everything.prices.get(interval="month"),
        year=everything.prices.get(interval="year"),
        sport=sport.prices.get(),
        day=make_price(day, name="A day", slug="day"),
    )
    publishing.publish(made.stripe, now=made.now)
    return made


_opened: list[bytes] = []


def opened(sandbox: Sandbox) -> Newspaper:
    """Return a newspaper as `open_newspaper` leaves it; opened once a process, and copied then.

    It copies what is at Stripe and the rows. Where there are packages or listeners already, it
    is opened anew.
    """
    if sandbox.webhooks.endpoints or Package.objects.exists() or Section.objects.exists():
        return open_newspaper(sandbox)
    if not _opened:
        made = open_newspaper(sandbox)
        at_stripe = sandbox.store, sandbox.clock, sandbox.replays._records
        tables = (Section, Package, Package.sections.through, Price, Publication)
        rows = [list(table._default_manager.all()) for table in tables]
        _opened.append(
            pickle.dumps((at_stripe, rows, (made.month, made.year, made.sport, made.day)))
        )
        return made
    at_stripe, rows, prices = pickle.loads(_opened[0])
    sandbox.store, sandbox.clock, sandbox.replays._records = at_stripe
    for those in rows:
        type(those[0])._default_manager.bulk_create(those)
    # A test that filled whole tables may have set back where PostgreSQL counts on from.
    models = [type(those[0]) for those in rows]
    if counted_on := connection.ops.sequence_reset_sql(no_style(), models):
        with connection.cursor() as cursor:
            cursor.execute(" ".join(counted_on))
    return Newspaper(sandbox, gateway.from_settings(), *prices)


def failing_at(
    paper: Newspaper,
    patch: pytest.MonkeyPatch,
    number: int,
    kind: FaultKind,
    *,
    times: int = 1 + gateway.RETRIES,
) -> None:
    """Have the call to Stripe of that number (0: the next) fail, with all its retries."""
    around, asked = paper.sandbox.faults.around, list[tuple[str, str]]()

    def counted(method: str, path: str) -> AbstractContextManager[None]:
        if asked[-1:] != [(method, path)]:  # else it is a retry
            asked.append((method, path))
            if len(asked) == number + 1:
                paper.sandbox.faults.add(kind, times=times, path=path, method=method)
        return around(method, path)

    patch.setattr(paper.sandbox.faults, "around", counted)
