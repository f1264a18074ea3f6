"""Having letters written about what a reader has just done on a page."""

from functools import partial

from django.db import transaction

from paywall import tasks
from paywall.subscriptions.models import Subscription


def write_soon(subscription: Subscription) -> None:
    """Have what is due to a subscription's customer written; without Redis the schedule does it."""
    write = partial(tasks.write_letters.delay, subscription.customer_id)
    transaction.on_commit(write, robust=True)
