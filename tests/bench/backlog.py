"""How long a backlog of events takes to be handled, and whether any row is looked at twice.

Run as a module, with the environment of a scratch database and BENCH_EVENTS, it prints what it
found as JSON. Stripe is the sandbox in this process, so that its part is in the figures too.
"""
# ruff: noqa: T201  # a command: it prints what it found

import json
import time
from datetime import UTC, datetime
from typing import Any

import django
import environ

django.setup()

from django.conf import settings  # noqa: E402  # all the rest comes after the settings
from django.db import connection  # noqa: E402

from paywall.payments import gateway, inbox  # noqa: E402
from paywall.payments.models import StripeEvent  # noqa: E402
from paywall.subscriptions.models import Invoice  # noqa: E402
from tests.payments.shop import open_newspaper  # noqa: E402
from tests.stripe_sandbox import TEST_KEY, InProcessClient, Sandbox  # noqa: E402

CUSTOMERS = 50  # at most
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def measure(count: int) -> dict[str, float]:
    """Keep so many events about invoices that we know, and handle them as the sweeper does."""
    _keep(count)
    queries = 0

    def counted(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    began = time.perf_counter()
    with connection.execute_wrapper(counted):
        while inbox.sweep(now=START) is not None:
            pass
    seconds = time.perf_counter() - began
    handled = StripeEvent.objects.filter(outcome=inbox.RECORDED)
    if handled.filter(tries=1).count() != count:
        raise RuntimeError(f"Of {count} events some were not handled, or not at the first try.")
    return {"events": count, "seconds": seconds, "queries": queries / count}


def _keep(count: int) -> None:
    sandbox = Sandbox(START)
    settings.STRIPE_SECRET_KEY = TEST_KEY
    gateway.http_client = lambda: InProcessClient(sandbox)
    paper = open_newspaper(sandbox)
    customers = min(CUSTOMERS, count)
    for number in range(customers):
        paper.subscribe(paper.customer(f"backlog{number:06}@example.com"))
    invoices = list(Invoice.objects.select_related("customer"))
    told = [invoices[number % customers] for number in range(count)]
    StripeEvent.objects.all().delete()
    StripeEvent.objects.bulk_create(
        StripeEvent(
            stripe_id=f"evt_backlog_{number}",
            type="invoice.paid",
            happened_at=START,
            customer_id=invoice.customer.stripe_id or "",
            object={"invoices": [invoice.stripe_id]},
            received_at=START,
            next_try_at=START,
        )
        for number, invoice in enumerate(told)
    )


if __name__ == "__main__":
    print(json.dumps(measure(environ.Env().int("BENCH_EVENTS"))))
