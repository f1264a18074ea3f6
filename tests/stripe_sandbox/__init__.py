"""Stripe without an account: what a newspaper's subscriptions need of it, in memory.

`Sandbox` is the account; `client(sandbox)` gives the official SDK a way into it without a network,
and `python -m tests.stripe_sandbox` serves it over HTTP with Checkout and portal pages.
"""

from importlib import import_module

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.http_client import TEST_KEY, InProcessClient, client

__all__ = ["TEST_KEY", "InProcessClient", "Sandbox", "client"]

NOUNS = (
    "billing", "cards", "catalogue", "charges", "checkout", "coupons", "customers", "disputes",
    "ending", "events", "invoices", "paying", "payments", "portal", "refunds", "renewing",
    "schedules", "setups", "subscriptions",
)  # fmt: skip

# Each registers the operations it answers and what it does when something falls due.
for noun in NOUNS:
    import_module(f"{__name__}.{noun}")
