"""What Stripe told us in vain is found, recorded and reported; and then nothing is left."""

import tracemalloc
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paywall.entitlements.models import Entitlement
from paywall.payments import aftercare, checking, gateway, reconciling
from paywall.payments.gateway import GatewayRefused, GatewayUnavailable
from paywall.payments.models import Reconciliation, StripeEvent
from paywall.payments.reporting import UnderWay, reporting
from paywall.subscriptions.models import Customer, Purchase, Subscription
from tests.payments.lives import LIVES, Life, what_is_left
from tests.payments.living import begun, in_order
from tests.payments.shop import GOOD, Newspaper
from tests.payments.telling import SECRET, events, handle_all, keep, subscribe_at_stripe
from tests.stripe_sandbox import TEST_KEY

EVENTS, EVERYTHING = Reconciliation.Kind.EVENTS, Reconciliation.Kind.EVERYTHING


def missed(paper: Newspaper) -> list[str]:
    report = reconciling.missed_events(paper.stripe, now=paper.now)
    assert report
    handle_all(paper)
    return list(report.differences)


def everything(paper: Newspaper) -> list[str]:
    report = reconciling.everything(paper.stripe, now=paper.now)
    assert report
    return list(report.differences)


def rows() -> list[Any]:
    """Return every row that a comparison could change, but the reports."""
    models = (Customer, Subscription, StripeEvent, Entitlement)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("name", [name for name in LIVES if "late" not in name])
def test_without_any_webhook_comparing_leaves_no_difference(
    monkeypatch: pytest.MonkeyPatch, settings: Any, db: None, name: str
) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = TEST_KEY, SECRET
    wanted = in_order(monkeypatch, name)
    with begun(monkeypatch) as life:
        for step in LIVES[name]:
            step(life)
            missed(life.paper)
            everything(life.paper)  # some steps take longer than Stripe keeps events
        missed(life.paper)  # of what was done at Stripe after the first one
        assert what_is_left(life) == wanted
        before = rows()
        assert missed(life.paper) == []
        assert everything(life.paper) == []
        assert rows() == before


def test_five_days_lost_are_found_although_the_last_event_arrived(paper: Newspaper) -> None:
    customer = paper.customer()
    missed(paper)
    subscribe_at_stripe(paper, customer)
    paper.advance(days=5)
    paper.v1.customers.update(customer.stripe_id, {"name": "A. Reader"})
    keep(paper, events(paper)[-1])
    told = missed(paper)
    assert any(sentence.startswith("customer.subscription.created evt_") for sentence in told)
    assert Subscription.objects.get().reason == "paid"


def test_what_nobody_needs_is_not_kept(paper: Newspaper) -> None:
    missed(paper)
    assert not StripeEvent.objects.filter(type__startswith="product").exists()


def test_everything_alone_finds_a_subscription_and_its_end(paper: Newspaper) -> None:
    subscription_id = subscribe_at_stripe(paper, paper.customer())
    assert everything(paper) == [f"{subscription_id}: it was not here. Recorded."]
    assert Subscription.objects.get().invoices.get().status == "paid"
    paper.advance(days=40)
    assert "period_starts_at was 2026-11-23 12:00, is 2026-12-23 12:00" in everything(paper)[0]
    paper.v1.subscriptions.cancel(subscription_id)
    assert "status was active, is canceled" in everything(paper)[0]
    before = rows()
    assert everything(paper) == []
    assert rows() == before
    assert Reconciliation.objects.filter(kind=EVERYTHING, differences=[]).count() == 1


def test_what_is_foreign_is_left_alone(paper: Newspaper) -> None:
    stranger = paper.customer()
    subscribe_at_stripe(paper, stranger)
    stranger.delete()
    assert everything(paper) == []
    assert not Subscription.objects.exists()


def test_what_is_gone_at_stripe_is_reported(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.v1.customers.delete(customer.stripe_id)
    paper.sandbox.store.remove(paper.sandbox.store.get("subscription", subscription.stripe_id))
    told = everything(paper)
    assert told[0].startswith(f"{subscription.stripe_id} is active here, and Stripe does not list")
    assert told[1].startswith(f"{customer.stripe_id} was deleted at Stripe")


def test_an_entitlement_changed_by_hand_is_put_right(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    Entitlement.objects.update(ends_at=None)
    assert everything(paper) == [
        f"{subscription.stripe_id} opened stories for another time: put right."
    ]
    assert Entitlement.objects.get().ends_at == subscription.opens_until


def test_a_price_changed_at_stripe_is_reported_and_left(paper: Newspaper) -> None:
    product = next(paper.sandbox.store.all("product"))
    paper.v1.products.update(product["id"], {"name": "Renamed"})
    assert "“Renamed” at Stripe" in everything(paper)[0]
    assert next(paper.sandbox.store.all("product"))["name"] == "Renamed"


def test_what_was_left_undone_is_done(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer)
    paper.v1.refunds.create({"payment_intent": subscription.invoices.get().payment_intent})
    paper.update(customer)
    assert everything(paper) == [f"{subscription.stripe_id} was to be cancelled: that is done."]
    assert not aftercare.in_want().exists()


def test_a_stripe_that_fails_is_asked_for_the_same_time_again(paper: Newspaper) -> None:
    customer = paper.customer()
    missed(paper)
    subscribe_at_stripe(paper, customer)
    paper.advance(days=2)
    paper.sandbox.faults.add("error", times=3, path="/v1/events")
    with pytest.raises(GatewayUnavailable):
        reconciling.missed_events(paper.stripe, now=paper.now)
    assert "Stripe does not answer" in Reconciliation.objects.latest("began_at").error
    paper.advance(days=2)
    missed(paper)
    assert Subscription.objects.exists()


def test_two_at_once_do_not_do_it_twice(paper: Newspaper) -> None:
    with reporting(EVENTS, now=paper.now):
        assert reconciling.missed_events(paper.stripe, now=paper.now) is None
        with pytest.raises(UnderWay), reporting(EVENTS, now=paper.now):
            pass
        assert everything(paper) == []  # the other kind may


def test_one_that_broke_off_stops_nobody_for_long(paper: Newspaper) -> None:
    Reconciliation.objects.create(kind=EVENTS, began_at=paper.now)
    assert reconciling.missed_events(paper.stripe, now=paper.now) is None
    paper.advance(hours=2)
    missed(paper)
    assert Reconciliation.objects.get(error="It was broken off.").ended_at == paper.now


def test_the_command_says_what_it_found(paper: Newspaper, capsys: Any) -> None:
    subscribe_at_stripe(paper, paper.customer())
    paper.advance(minutes=10)
    call_command("reconcile_stripe", "--everything")
    told = capsys.readouterr().out
    assert "invoice.paid evt_" in told
    assert "Subscriptions, customers and prices:" in told
    assert Subscription.objects.get().reason == "paid"


def test_a_page_takes_as_many_queries_however_full_it_is(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert everything(paper) == []
        return len(queries)

    paper.subscribe(paper.customer())
    one = count()
    for number in range(3):
        paper.subscribe(paper.customer(f"r{number}@example.com"))
    assert count() == one


def test_a_hundred_thousand_subscriptions_take_no_more_memory_than_a_page(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.subscribe(paper.customer())
    theirs = next(iter(paper.stripe.subscriptions()))

    def peak(number: int) -> int:
        listed = ({**theirs, "id": f"sub_{each}", "customer": "cus_x"} for each in range(number))
        monkeypatch.setattr(paper.stripe, "subscriptions", lambda: listed)
        tracemalloc.start()
        report = Reconciliation(kind=EVERYTHING, began_at=paper.now)
        checking.check_subscriptions(paper.stripe, report, now=paper.now)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(200)
    assert peak(4_000) < 2 * peak(400)  # it would be nine times as much; garbage waits as it likes


def test_a_new_email_address_is_brought_to_stripe_once(paper: Newspaper) -> None:
    customer = paper.customer()
    assert customer.reader
    customer.reader.email = "new@example.com"
    customer.reader.save()
    [told] = everything(paper)
    assert told == f"{customer.stripe_id} had another email address at Stripe: brought there."
    assert paper.v1.customers.retrieve(customer.stripe_id).email == "new@example.com"
    before = len(events(paper))
    assert everything(paper) == []
    assert len(events(paper)) == before


def test_an_address_that_stripe_refuses_is_reported_without_it(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise GatewayRefused("Invalid email address: new@example.com")

    customer = paper.customer()
    assert customer.reader
    customer.reader.email = "new@example.com"
    customer.reader.save()
    monkeypatch.setattr(gateway.Gateway, "update_customer", refuse)
    [told] = everything(paper)
    assert "Stripe refused it" in told
    assert "@" not in told


def test_a_pass_that_nobody_told_us_of_is_recorded_once(paper: Newspaper) -> None:
    life = Life(paper)
    life.buy_a_day(GOOD)
    assert not Purchase.objects.exists()
    [told] = everything(paper)
    bought = Purchase.objects.get()
    assert told == f"{bought.stripe_id}: a pass was paid and not here. Recorded."
    assert bought.paid_at
    assert everything(paper) == []
