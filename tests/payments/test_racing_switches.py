"""Many yeses in one moment. Each promise has a control that takes off the protection."""

import uuid
from collections.abc import Callable
from functools import partial

import pytest

from paywall.catalog.models import Price
from paywall.payments import cancelling, quoting, switching
from paywall.payments.gateway import Gateway, GatewayError
from paywall.payments.hindrances import Hindered
from paywall.payments.switching import Agreed
from paywall.subscriptions.models import Subscription
from tests.metering.racing import race, slow_down, some_try_breaks
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _hesitation(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch, Gateway, "subscription", "preview_invoice", most=0.03)


@pytest.fixture
def without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every yes be a request of its own."""
    monkeypatch.setattr(switching, "_key", lambda *_: str(uuid.uuid4()))


def agreed_to(paper: Newspaper, subscription: Subscription, price: Price) -> Agreed:
    quote = quoting.quote(paper.stripe, subscription, price, now=paper.now)
    return Agreed(subscription.price_id, price.terms, quote.at, quote.due)


def say_yes(paper: Newspaper, pk: int, price: Price, agreed: Agreed) -> str:
    """Do what a request does; return "done" or why not."""
    own = Subscription.objects.select_related("customer", "price__package").get(pk=pk)
    try:
        switching.switch(paper.stripe, own, price, agreed, now=paper.now)
    except (Hindered, GatewayError) as error:
        return type(error).__name__
    return "done"


def begin(paper: Newspaper) -> Subscription:
    customer = paper.customer(f"{uuid.uuid4()}@example.com")
    return paper.subscribe(customer, paper.sport)


def changes_at_stripe(paper: Newspaper, subscription: Subscription) -> list[int]:
    """Return what each change charged."""
    found = paper.v1.invoices.list({"subscription": subscription.stripe_id}).data
    return [one.amount_paid for one in found if one.billing_reason == "subscription_update"]


def charged_of_two_tabs(paper: Newspaper) -> tuple[list[int], set[int]]:
    """Say yes to the month in one tab and to the year in another, five times each, at once.

    Returns what was charged, and the amounts that were shown.
    """
    subscription = begin(paper)
    paper.advance(days=5)
    shown = {price: agreed_to(paper, subscription, price) for price in (paper.month, paper.year)}
    answers = race(
        partial(say_yes, paper, subscription.pk, price, agreed)
        for price, agreed in list(shown.items()) * 5
    )
    assert "done" in answers
    return changes_at_stripe(paper, subscription), {agreed.due for agreed in shown.values()}


def test_two_tabs_make_one_change_for_the_amount_shown(paper: Newspaper) -> None:
    for _ in range(4):
        charged, shown = charged_of_two_tabs(paper)
        assert len(charged) == 1
        assert charged[0] in shown


@pytest.mark.usefixtures("without_the_key")
def test_control_without_the_key_two_tabs_make_two(paper: Newspaper) -> None:
    assert some_try_breaks(lambda: len(charged_of_two_tabs(paper)[0]) > 1)


def test_ten_clicks_on_one_button_charge_once_and_all_end_well(paper: Newspaper) -> None:
    for _ in range(3):
        subscription = begin(paper)
        paper.advance(days=5)
        agreed = agreed_to(paper, subscription, paper.month)
        answers = race(
            partial(say_yes, paper, subscription.pk, paper.month, agreed) for _ in range(10)
        )
        assert answers == ["done"] * 10
        assert changes_at_stripe(paper, subscription) == [agreed.due]
        subscription.refresh_from_db()
        assert subscription.price == paper.month


def test_clicks_that_wait_for_the_end_of_the_period_make_one_schedule(paper: Newspaper) -> None:
    for _ in range(3):
        subscription = paper.subscribe(paper.customer(f"{uuid.uuid4()}@example.com"))
        agreed = agreed_to(paper, subscription, paper.sport)
        answers = race(
            partial(say_yes, paper, subscription.pk, paper.sport, agreed) for _ in range(10)
        )
        assert answers == ["done"] * 10
        subscription.refresh_from_db()
        assert subscription.next_price == paper.sport
        schedules = paper.v1.subscription_schedules.list(
            {"customer": subscription.customer.stripe_id}
        )
        assert len(schedules.data) == 1


def test_cancelling_and_resuming_at_once_end_as_stripe_has_it(paper: Newspaper) -> None:
    for _ in range(3):
        subscription = begin(paper)

        def act(what: Callable[..., None], pk: int = subscription.pk) -> None:
            own = Subscription.objects.select_related("customer").get(pk=pk)
            what(paper.stripe, own, now=paper.now)

        race(partial(act, what) for what in [cancelling.cancel, cancelling.resume] * 4)
        theirs = paper.v1.subscriptions.retrieve(subscription.stripe_id)
        subscription.refresh_from_db()
        assert (subscription.cancels_at is not None) == theirs.cancel_at_period_end
