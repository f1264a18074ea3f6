"""Stripe telling us what happened, by the address that it knows."""

import json
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from paywall.payments import inbox
from paywall.payments.models import StripeEvent
from paywall.subscriptions.models import Customer
from tests.payments.shop import Newspaper, stripe_id
from tests.stripe_sandbox.webhooks import signature

ADDRESS = "/webhooks/stripe/"
SECRET = "whsec_one"


def post(body: bytes, headers: dict[str, str]) -> int:
    """Hand a delivery to the page; return its status."""
    sent = {name: value for name, value in headers.items() if name != "Content-Type"}
    answer = Client().post(ADDRESS, body, content_type="application/json", headers=sent)
    return answer.status_code


def signed(event: Any, *, secrets: tuple[str, ...] = (SECRET,), at: float | None = None) -> Any:
    """Return the body and the headers of an event as Stripe sends it."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    when = int(time.time() if at is None else at)
    return body, {"Stripe-Signature": signature(body, secrets, when)}


def events(paper: Newspaper) -> list[dict[str, Any]]:
    """Return what happened at Stripe, the oldest first."""
    return [dict(event) for event in reversed(list(paper.sandbox.store.all("event")))]


def keep(paper: Newspaper, *happened: dict[str, Any]) -> None:
    """Have events received, without the way through the page."""
    for event in happened:
        body, headers = signed(event)
        inbox.receive(body, headers["Stripe-Signature"], now=paper.now, real_now=timezone.now())


def handle_all(paper: Newspaper) -> None:
    """Handle whatever is due, as the sweeper does."""
    while inbox.sweep(now=paper.now) is not None:
        pass


def outcomes() -> dict[str, str]:
    """Return what became of each type of event."""
    return dict(StripeEvent.objects.values_list("type", "outcome"))


def subscribe_at_stripe(paper: Newspaper, customer: Customer, **more: Any) -> str:
    """Have a customer subscribe, and record nothing of it; return the subscription's id."""
    items = [{"price": stripe_id(paper.month)}]
    made = paper.v1.subscriptions.create({"customer": customer.stripe_id, "items": items, **more})
    return str(made.id)
