"""What Stripe tells, signed just now: every turn of the measuring needs events of its own."""

import itertools
import json
import time
from collections.abc import Sequence

from tests.bench.load import Request
from tests.stripe_sandbox.webhooks import signature

SECRET = "whsec_only-for-measuring"
PATH = "/webhooks/stripe/"

_numbers = itertools.count()


def signed_events(count: int) -> Sequence[Request]:
    """Return so many webhooks of events that have not been told before."""
    return [_signed(next(_numbers)) for _ in range(count)]


def _signed(number: int) -> Request:
    """Return an event as long as one of a paid invoice is at Stripe."""
    invoice = {
        "object": "invoice",
        "id": f"in_{number:024}",
        "customer": f"cus_{number % 5000:014}",
        "lines": {"data": [{"description": "What a line of an invoice says. " * 60}]},
    }
    event = {
        "id": f"evt_{number:024}",
        "object": "event",
        "type": "invoice.paid",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": invoice},
    }
    body = json.dumps(event)
    signed = signature(body.encode(), [SECRET], int(time.time()))
    return Request(PATH, headers=f"Stripe-Signature: {signed}", body=body)
