"""A sold price never changes; what nobody bought may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Interval, Terms
from tests.catalog.packages import (
    INTRODUCTORY,
    MONTHLY,
    WEEK_PASS,
    YEARLY,
    make_package,
    make_price,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
DEARER = replace(MONTHLY, amount=1400)

pytestmark = pytest.mark.django_db


def sold_price(terms: Terms = MONTHLY) -> Price:
    return pricing.sell(make_price(terms), terms, now=NOW)


def test_a_price_nobody_bought_changes_itself() -> None:
    price = make_price()
    changed = pricing.change(price, DEARER, now=NOW)
    assert (changed.pk, changed.terms, changed.retired_at) == (price.pk, DEARER, None)


def test_a_sold_price_is_retired_and_a_new_one_takes_its_place() -> None:
    price = sold_price()
    new = pricing.change(price, DEARER, now=LATER)
    price.refresh_from_db()
    assert (price.terms, price.retired_at) == (MONTHLY, LATER)
    assert new.terms == DEARER
    assert new.public_id != price.public_id
    assert not new.sold
    assert list(price.package.prices.in_force()) == [new]


def test_the_same_terms_change_nothing() -> None:
    price = sold_price()
    assert pricing.change(price, MONTHLY, now=LATER) == price
    assert Price.objects.count() == 1


def test_a_retired_price_does_not_change() -> None:
    price = sold_price()
    pricing.retire(price, now=NOW)
    with pytest.raises(pricing.RefusedError, match="replaced or archived by somebody else"):
        pricing.change(price, DEARER, now=LATER)


def test_retiring_twice_keeps_the_first_moment() -> None:
    price = make_price()
    pricing.retire(price, now=NOW)
    pricing.retire(price, now=LATER)
    assert price.retired_at == NOW


def test_selling_twice_keeps_the_first_moment() -> None:
    price = sold_price()
    assert pricing.sell(price, MONTHLY, now=LATER).first_sold_at == NOW


def test_what_changed_since_the_reader_saw_it_is_not_sold() -> None:
    price = make_price()
    pricing.change(price, DEARER, now=NOW)
    with pytest.raises(pricing.RefusedError, match="has a new price"):
        pricing.sell(price, MONTHLY, now=NOW)
    price.refresh_from_db()
    assert not price.sold


def test_what_is_retired_is_not_sold() -> None:
    price = make_price()
    pricing.retire(price, now=NOW)
    with pytest.raises(pricing.RefusedError):
        pricing.sell(price, MONTHLY, now=NOW)


def test_what_is_sold_in_the_place_of_a_retired_price_is_found() -> None:
    price = pricing.sell(make_price(), MONTHLY, now=NOW)
    assert pricing.instead_of(price) == price
    new = pricing.change(price, replace(MONTHLY, amount=1400), now=NOW)
    price.refresh_from_db()
    assert pricing.instead_of(price) == new
    pricing.retire(new, now=NOW)
    assert pricing.instead_of(price) is None


def test_after_retiring_the_interval_is_free_again() -> None:
    price = make_price()
    pricing.retire(price, now=NOW)
    assert pricing.add(price.package, DEARER).pk


def test_one_price_in_force_of_each_interval_and_currency() -> None:
    package = make_package(MONTHLY, YEARLY, WEEK_PASS, replace(MONTHLY, currency="USD"))
    with pytest.raises(pricing.RefusedError, match="has a price of this interval and currency"):
        pricing.add(package, DEARER)


def test_a_print_package_has_no_prices() -> None:
    package = make_package(order_form="https://example.com/order")
    with pytest.raises(pricing.RefusedError, match="circulation department"):
        pricing.add(package, MONTHLY)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (Terms(Interval.MONTH, 0, "EUR"), "above 0"),
        (replace(INTRODUCTORY, intro_months=None), "a number of months"),
        (replace(INTRODUCTORY, intro_amount=None), "a number of months"),
        (replace(INTRODUCTORY, intro_amount=1200), "below the usual one"),
        (replace(INTRODUCTORY, intro_amount=0), "above 0"),
        (replace(INTRODUCTORY, trial_days=7), "not with both"),
        (replace(WEEK_PASS, trial_days=7), "paid once"),
        (replace(WEEK_PASS, intro_amount=100, intro_months=1), "paid once"),
        (replace(WEEK_PASS, opens_for_days=None), "for how many days"),
        (replace(MONTHLY, opens_for_days=7), "other prices do not"),
        (replace(YEARLY, intro_amount=100, intro_months=3), "12, 24 or 36 months"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_form_and_database(
    terms: Terms, sentence: str
) -> None:
    package = make_package()
    with pytest.raises(pricing.RefusedError, match=sentence):
        pricing.add(package, terms)
    price = make_price(YEARLY)
    with pytest.raises(pricing.RefusedError, match=sentence):
        pricing.change(price, terms, now=NOW)
    for field in Terms.__slots__:
        setattr(price, field, getattr(terms, field))
    with pytest.raises(ValidationError):
        price.full_clean()


def test_a_sold_price_is_never_deleted_nor_its_package() -> None:
    price = sold_price()
    for deleting in (
        price.delete,
        price.package.delete,
        Price.objects.all().delete,
        Package.objects.all().delete,
    ):
        with (
            pytest.raises(ProtectedError, match="has been sold: archive it instead"),
            transaction.atomic(),
        ):
            deleting()
    assert Price.objects.filter(pk=price.pk).exists()


def test_what_nobody_bought_may_be_deleted() -> None:
    make_price().package.delete()
    assert not Price.objects.exists()


def test_two_prices_in_force_stop_at_the_database() -> None:
    price = make_price()
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.create(package=price.package, interval="month", amount=1, currency="EUR")
