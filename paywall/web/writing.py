"""Having letters written about what a reader has just done on a page."""

from django.db import transaction

from paywall import tasks
from paywall.subscriptions.models import Customer


def write_soon(customer: Customer) -> None:
    """Have what is due to a customer written; without Redis the schedule does it."""
    # Django names what failed in its log, and a partial has no name.
    transaction.on_commit(lambda: tasks.write_letters.delay(customer.pk), robust=True)
