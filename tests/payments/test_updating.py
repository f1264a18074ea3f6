"""What Stripe says is recorded, under a ticket, and the entitlements follow."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from paywall.catalog.models import Package, Price
from paywall.entitlements.models import Entitlement
from paywall.payments import updating
from paywall.payments.updating import Touched
from paywall.subscriptions import scopes
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Status
from tests.payments.shop import Newspaper, stripe_id

FAILS_LATER = "4000000000000341"


def entitlement(customer: Customer) -> Entitlement:
    return Entitlement.objects.get(reader=customer.reader)


def test_a_subscription_opens_stories(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    given = entitlement(customer)
    assert (subscription.status, subscription.reason) == ("active", "paid")
    assert given.starts_at == subscription.started_at
    assert given.ends_at == subscription.period_ends_at + timedelta(days=14)
    assert given.everything


def test_a_package_changed_while_the_lock_is_waited_for_is_looked_up_again(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    changes, prices_named = subscription.changes.count(), updating.prices_named

    def and_then_staff_change_it(ids: Iterable[str]) -> Mapping[str, Price]:
        found = prices_named(ids)
        Package.objects.filter(slug="sport").update(name="Everything sporty", everything=True)
        assert scopes.follow_packages(now=paper.now) == 1
        return found

    monkeypatch.setattr(updating, "prices_named", and_then_staff_change_it)
    paper.touch(customer, subscriptions=subscription.stripe_id)
    assert entitlement(customer).everything
    assert subscription.changes.count() == changes


def test_recording_the_same_again_changes_nothing(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    reader = customer.reader
    assert reader is not None
    reader.refresh_from_db()
    version, changes = reader.access_version, subscription.changes.count()
    paper.update(customer)
    reader.refresh_from_db()
    assert (reader.access_version, subscription.changes.count()) == (version, changes)
    assert [section.slug for section in entitlement(customer).sections.all()] == ["sport"]


def test_a_failed_renewal_is_open_through_the_grace(paper: Newspaper) -> None:
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=32)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.status == Status.PAST_DUE
    assert subscription.unpaid_since is not None
    assert entitlement(customer).ends_at == subscription.unpaid_since + timedelta(days=14)
    invoice = subscription.invoices.get(status="open")
    assert invoice.attempts == 1
    paper.advance(days=30)
    paper.update(customer)
    subscription.refresh_from_db()
    assert subscription.status == Status.CANCELED
    assert entitlement(customer).ends_at == subscription.ended_at


def test_the_grace_begins_once_however_many_periods_are_not_paid(paper: Newspaper) -> None:
    paper.sandbox.when_retries_fail = "past_due"
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    closes_at = subscription.period_ends_at + timedelta(days=14)
    for _ in range(6):
        paper.advance(days=20)
        paper.update(customer)
        subscription.refresh_from_db()
        if subscription.status == Status.PAST_DUE:
            ends_at = entitlement(customer).ends_at
            assert ends_at
            assert closes_at <= ends_at < closes_at + timedelta(hours=2)  # it was made by then
    assert subscription.invoices.filter(status="open").count() > 2


def test_an_old_invoice_that_was_given_up_shortens_no_later_grace(paper: Newspaper) -> None:
    paper.sandbox.when_retries_fail = "past_due"
    customer = paper.customer(number=FAILS_LATER)
    subscription = paper.subscribe(customer)
    paper.advance(days=62)
    paper.update(customer)
    subscription.refresh_from_db()
    made_at = subscription.unpaid_since
    assert made_at
    old = subscription.invoices.get(status="paid")
    Invoice.objects.filter(pk=old.pk).update(status="uncollectible")
    between = subscription.invoices.filter(status="open", made_at__lt=made_at)
    between.update(status="paid")
    paper.touch(customer, subscriptions=subscription.stripe_id)
    assert entitlement(customer).ends_at == made_at + timedelta(days=14)


def test_a_full_refund_of_the_running_period_closes(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.advance(days=3)
    invoice = subscription.invoices.get()
    paper.v1.refunds.create({"payment_intent": invoice.payment_intent, "amount": 200})
    paper.touch(customer, payment_intents=invoice.payment_intent)
    subscription.refresh_from_db()
    assert subscription.reason == "paid"
    paper.v1.refunds.create({"payment_intent": invoice.payment_intent})
    paper.touch(customer, payment_intents=invoice.payment_intent)
    subscription.refresh_from_db()
    assert subscription.reason == "refunded"
    assert entitlement(customer).ends_at == paper.now


def test_a_refund_of_an_older_period_closes_nothing(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    first = subscription.invoices.get()
    paper.advance(days=32)
    paper.v1.refunds.create({"payment_intent": first.payment_intent})
    paper.update(customer)
    subscription.refresh_from_db()
    first.refresh_from_db()
    assert first.refunded_whole
    assert subscription.reason == "paid"


def test_a_slow_answer_does_not_replace_a_newer_one(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fetch begun first ends last: it carries what was true before the cancellation."""
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    touched = Touched(subscriptions=frozenset({subscription.stripe_id}))
    fetch: Callable[..., Any] = paper.stripe.subscription

    def slowly(name: str) -> Any:
        answer = fetch(name)
        monkeypatch.setattr(paper.stripe, "subscription", fetch)
        paper.v1.subscriptions.cancel(name)
        updating.bring_up_to_date(paper.stripe, customer, touched, why="fast", now=paper.now)
        return answer

    monkeypatch.setattr(paper.stripe, "subscription", slowly)
    updating.bring_up_to_date(paper.stripe, customer, touched, why="slow", now=paper.now)
    subscription.refresh_from_db()
    assert subscription.status == Status.CANCELED


def test_a_switch_changes_what_is_open_and_is_kept(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    theirs = paper.v1.subscriptions.retrieve(subscription.stripe_id)
    item = {"id": theirs["items"].data[0].id, "price": stripe_id(paper.month)}
    paper.v1.subscriptions.update(subscription.stripe_id, {"items": [item]})
    paper.touch(customer, subscriptions=subscription.stripe_id)
    assert entitlement(customer).everything
    change = subscription.changes.get(what="price", before__contains="Sport")
    assert "Everything" in change.after
    assert change.why == "a test"


def test_a_foreign_price_makes_nothing(paper: Newspaper) -> None:
    customer = paper.customer()
    product = paper.v1.products.create({"name": "Mugs"})
    price = paper.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 900,
         "recurring": {"interval": "month"}}
    )  # fmt: skip
    paper.v1.subscriptions.create({"customer": customer.stripe_id, "items": [{"price": price.id}]})
    paper.update(customer)
    assert not Subscription.objects.exists()
    assert not Entitlement.objects.exists()


def test_a_pass_opens_for_its_days_once_paid(paper: Newspaper) -> None:
    customer = paper.customer()
    session = paper.v1.checkout.sessions.create(
        {"mode": "payment", "customer": customer.stripe_id, "success_url": "https://p.example/",
         "line_items": [{"price": stripe_id(paper.day), "quantity": 1}]}
    )  # fmt: skip
    paper.touch(customer, sessions=session.id)
    assert not Entitlement.objects.exists()
    from tests.stripe_sandbox.paying import pay

    pay(paper.sandbox, session.id, "4242424242424242")
    paper.touch(customer, sessions=session.id)
    bought = Purchase.objects.get()
    assert bought.paid_at == paper.now
    assert entitlement(customer).ends_at == paper.now + timedelta(days=1)
    paper.v1.refunds.create({"payment_intent": bought.payment_intent})
    paper.touch(customer, payment_intents=bought.payment_intent)
    assert entitlement(customer).ends_at == paper.now
