"""What was recorded before more was kept is filled in: who chose an end, and what asks less."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from paywall.payments import cancelling
from paywall.reports import recurring, subscribers
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import Invoice, Subscription
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db

filling = import_module("paywall.migrations.0012_scale_figures")


def fill(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Forget who chose, fill it in as the migration does, and return it."""
    Subscription.objects.update(cancelled_by="")
    monkeypatch.setattr(filling, "BATCH", 2)
    filling.tell_who_cancelled(apps, None)
    return dict(Subscription.objects.values_list("stripe_id", "cancelled_by"))


def test_it_says_what_is_kept_beside_the_change(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, str] = {}
    customers = [paper.customer(f"reader{number}@example.com") for number in range(6)]
    for customer, by in zip(customers, (By.READER, By.STAFF, By.READER), strict=False):
        subscription = paper.subscribe(customer)
        cancelling.cancel(paper.stripe, subscription, now=paper.now, by=by)
        told[subscription.stripe_id] = by.value
    runs, stays, at_stripe = [paper.subscribe(each) for each in customers[3:]]
    cancelling.cancel(paper.stripe, stays, now=paper.now)
    cancelling.resume(paper.stripe, stays, now=paper.now)
    paper.v1.subscriptions.update(at_stripe.stripe_id, {"cancel_at_period_end": True})
    paper.update(at_stripe.customer)
    told |= dict.fromkeys([runs.stripe_id, stays.stripe_id, at_stripe.stripe_id], "")
    assert fill(monkeypatch) == told


def test_an_earlier_cancellation_stays_the_readers_choice_in_the_figures(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    paper.advance(days=60)
    paper.update(customer)
    assert fill(monkeypatch) == {subscription.stripe_id: "reader"}
    since = paper.now - timedelta(days=90)
    lives = subscribers.book([since, paper.now]).lives
    assert recurring.movements(lives, since, paper.now).stopped == {recurring.BY_READER: 1}


def test_what_ended_unpaid_was_chosen_by_nobody(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = paper.subscribe(paper.customer())
    cancelling.cancel(paper.stripe, subscription, now=paper.now)
    Subscription.objects.update(status="canceled", cancel_reason="payment_failed")
    assert fill(monkeypatch) == {subscription.stripe_id: ""}


def test_only_what_asks_less_than_the_price_is_told_so(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.subscribe(paper.customer(), paper.sport)
    less = paper.subscribe(paper.customer("other@example.com"), paper.sport).invoices.get()
    Invoice.objects.filter(pk=less.pk).update(amount_due=less.amount_due - 1)
    Invoice.objects.update(below_price=False)
    monkeypatch.setattr(filling, "BATCH", 1)
    filling.mark_what_asks_less(apps, None)
    assert set(Invoice.objects.filter(below_price=True)) == {less}
