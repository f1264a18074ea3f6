"""A small shop in a sandbox, to begin tests with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.http_client import TEST_KEY, client
from tests.stripe_sandbox.paying import pay
from tests.stripe_sandbox.wsgi import serve_in_thread

NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=UTC)
GOOD = "4242424242424242"
DECLINED = "4000000000000002"
WAYS = ("in process", "over HTTP")


@dataclass
class Shop:
    """A sandbox, the SDK's client of it, and what it sells: 12.00 a month, 120.00 a year."""

    sandbox: Sandbox
    client: stripe.StripeClient
    product: str
    month: str
    big_month: str
    year: str
    day: str

    @property
    def v1(self) -> Any:
        """The SDK's services; loosely typed, as tests look at what arrives."""
        return self.client.v1

    def customer(self, number: str = GOOD) -> Any:
        """Return a customer whose invoices are charged to a new card."""
        customer = self.v1.customers.create({"email": "reader@example.com", "name": "A. Reader"})
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = self.v1.payment_methods.create({"type": "card", "card": card})
        self.v1.payment_methods.attach(method.id, {"customer": customer.id})
        settings = {"default_payment_method": method.id}
        return self.v1.customers.update(customer.id, {"invoice_settings": settings})

    def subscribe(self, price: str | None = None, number: str = GOOD, **more: Any) -> Any:
        """Return a new subscription of a new customer."""
        customer = self.customer(number)
        items = [{"price": price or self.month}]
        return self.v1.subscriptions.create({"customer": customer.id, "items": items, **more})

    def checkout(self, price: str | None = None, mode: str = "subscription", **more: Any) -> Any:
        """Return an open Checkout session."""
        return self.v1.checkout.sessions.create(
            {
                "mode": mode,
                "line_items": [{"price": price or self.month, "quantity": 1}],
                "success_url": "https://paper.example/welcome?session={CHECKOUT_SESSION_ID}",
                **more,
            }
        )

    def pay(self, session: Any, number: str = GOOD, **more: Any) -> Json:
        """Complete a session as a person would."""
        return pay(self.sandbox, session.id, number, **more)

    def subscription(self, id_: str, *expand: str) -> Any:
        """Fetch a subscription."""
        return self.v1.subscriptions.retrieve(id_, {"expand": list(expand)})

    def invoices(self, subscription: Any) -> list[Any]:
        """Fetch a subscription's invoices, the oldest first."""
        found = self.v1.invoices.list({"subscription": subscription.id, "limit": 100})
        return list(reversed(found.data))

    def told(self) -> list[str]:
        """Return the types of all that happened, in order."""
        return [event["type"] for event in reversed(list(self.sandbox.store.all("event")))]


def stock(sandbox: Sandbox, stripe_client: stripe.StripeClient) -> Shop:
    """Put the shop's product and prices into a sandbox."""
    v1: Any = stripe_client.v1
    product = v1.products.create({"name": "All stories"})

    def price(amount: int, interval: str | None) -> str:
        recurring = {"recurring": {"interval": interval}} if interval else {}
        made = {"product": product.id, "currency": "usd", "unit_amount": amount, **recurring}
        return str(v1.prices.create(made).id)

    return Shop(
        sandbox, stripe_client, product.id, month=price(1200, "month"),
        big_month=price(2000, "month"), year=price(12_000, "year"), day=price(300, None),
    )  # fmt: skip


@contextmanager
def opened(way: str, start: datetime | None = NEW_YEAR, **options: Any) -> Iterator[Shop]:
    """Open a shop whose SDK reaches its sandbox in process, or over HTTP."""
    sandbox = Sandbox(start, **options)
    if way == "in process":
        yield stock(sandbox, client(sandbox))
        return
    stop = serve_in_thread(sandbox)
    try:
        yield stock(
            sandbox, stripe.StripeClient(TEST_KEY, base_addresses={"api": sandbox.base_url})
        )
    finally:
        stop()
