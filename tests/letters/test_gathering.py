"""The rows that letters are decided from, as they come to be."""

import pytest

from paywall.letters import gathering
from paywall.payments import aftercare, cancelling
from tests.payments.shop import Newspaper

FAILS_LATER = "4000000000000341"


@pytest.mark.parametrize("by_reader", [True, False])
def test_who_ended_an_unpaid_subscription_is_known(paper: Newspaper, *, by_reader: bool) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=32 if by_reader else 75)
    paper.update(customer)
    subscription.refresh_from_db()
    if by_reader:
        cancelling.cancel(paper.stripe, subscription, now=paper.now)
    aftercare.look_after(paper.stripe, customer, now=paper.now)
    ended_at = subscription.ended_at or paper.now
    found = gathering.facts_of([customer.pk], now=ended_at)[customer.pk]
    [row] = found.subscriptions
    assert (row.status, row.ended_by_reader) == ("canceled", by_reader)
    assert "void" in [invoice.status for invoice in found.invoices]
