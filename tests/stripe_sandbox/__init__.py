"""Stripe without an account: what a newspaper's subscriptions need of it, in memory.

`Sandbox` is the account; `client(sandbox)` gives the official SDK a way into it without a network,
and `python -m tests.stripe_sandbox` serves it over HTTP with Checkout and portal pages.
"""

from tests.stripe_sandbox import (
    billing,
    cards,
    catalogue,
    charges,
    coupons,
    customers,
    disputes,
    ending,
    events,
    invoices,
    payments,
    refunds,
    renewing,
    subscriptions,
)
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.http_client import TEST_KEY, InProcessClient, client

__all__ = ["TEST_KEY", "InProcessClient", "Sandbox", "client"]
