from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paywall.catalog import money


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [
        ("12", "EUR", 1200),
        ("12.50", "EUR", 1250),
        ("500", "JPY", 500),
        ("5.12", "KWD", 5120),
        ("5", "ISK", 500),
    ],
)
def test_what_staff_type_becomes_the_smallest_unit(value: str, currency: str, amount: int) -> None:
    assert money.in_smallest_units(Decimal(value), currency) == amount


@pytest.mark.parametrize(
    ("value", "currency"), [("12.505", "EUR"), ("500.5", "JPY"), ("5.124", "KWD")]
)
def test_parts_of_the_smallest_unit_are_refused(value: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"An amount in {currency} has at most . decimals"):
        money.in_smallest_units(Decimal(value), currency)


@given(units=st.integers(1, 10**8), currency=st.sampled_from(["EUR", "USD", "JPY", "ISK", "KWD"]))
def test_an_amount_survives_the_way_to_a_form_and_back(units: int, currency: str) -> None:
    amount = units * 10
    assert money.in_smallest_units(money.in_units(amount, currency), currency) == amount
