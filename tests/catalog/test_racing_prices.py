"""Staff and readers at one price in one moment, with a control that takes off the lock."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest
from django.db.models import QuerySet

from paywall.catalog import pricing
from paywall.catalog.models import Price
from paywall.catalog.terms import Terms
from tests.catalog.packages import MONTHLY, make_price
from tests.metering.racing import race, slow_down, some_try_breaks

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEARER = replace(MONTHLY, amount=1400)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hesitation")]


@pytest.fixture
def hesitation(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch, pricing, "_in_force")


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch, hesitation: None) -> None:
    monkeypatch.setattr(pricing, "transaction", SimpleNamespace(atomic=nullcontext))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)


def changed(price: Price, terms: Terms) -> Price | None:
    try:
        return pricing.change(price, terms, now=NOW)
    except pricing.RefusedError:
        return None


def sold(price: Price) -> Price | None:
    try:
        return pricing.sell(price, MONTHLY, now=NOW)
    except pricing.RefusedError:
        return None


def test_of_eight_who_change_a_sold_price_one_wins() -> None:
    price = pricing.sell(make_price(), MONTHLY, now=NOW)
    amounts = range(1300, 1308)
    answers = race(partial(changed, price, replace(MONTHLY, amount=one)) for one in amounts)
    assert list(price.package.prices.in_force()) == [one for one in answers if one]
    assert price.package.prices.count() == 2


def sold_on_other_terms() -> bool:
    """Let a reader buy and staff change a price at once; tell whether what was sold changed."""
    price = make_price()
    buying, _ = race([partial(sold, price), partial(changed, price, DEARER)])
    price.refresh_from_db()
    return buying is not None and price.terms != MONTHLY


def test_a_price_sold_while_it_changes_keeps_its_terms() -> None:
    for _ in range(15):
        assert not sold_on_other_terms()


@pytest.mark.usefixtures("without_locks")
def test_control_without_the_lock_a_sold_price_changes() -> None:
    assert some_try_breaks(sold_on_other_terms)
