"""The sandbox is kept to the SDK's annotations, both ways."""

import json
from decimal import Decimal
from typing import Any

import pytest
import stripe
from stripe._price_service import PriceService
from stripe._subscription_service import SubscriptionService
from stripe.checkout._session_service import SessionService

from tests.stripe_sandbox import Sandbox
from tests.stripe_sandbox.checking import Mismatch, check_object, check_request
from tests.stripe_sandbox.core import check_returned
from tests.stripe_sandbox.making import NEW_YEAR, opened
from tests.stripe_sandbox.operations import operation

NEW_SUBSCRIPTION = operation(SubscriptionService.create)


def refused(sent: dict[str, Any]) -> Mismatch:
    assert NEW_SUBSCRIPTION.params is not None
    with pytest.raises(Mismatch) as caught:
        check_request(NEW_SUBSCRIPTION.params, sent)
    return caught.value


def test_an_operation_is_read_from_the_sdk() -> None:
    assert (NEW_SUBSCRIPTION.verb, NEW_SUBSCRIPTION.template) == ("post", "/v1/subscriptions")
    assert NEW_SUBSCRIPTION.result is stripe.Subscription
    assert not NEW_SUBSCRIPTION.lists
    assert operation(SubscriptionService.list).lists
    sessions = operation(SessionService.expire)
    assert sessions.pattern.fullmatch("/v1/checkout/sessions/cs_1/expire")


def test_text_becomes_the_types_annotated() -> None:
    sent = {
        "customer": "cus_1",
        "items": {"0": {"price": "price_1", "quantity": "2"}, "1": {"price": "price_2"}},
        "cancel_at_period_end": "true",
        "metadata": {"reader": "7"},
        "trial_end": "1767258000",
    }
    assert NEW_SUBSCRIPTION.params is not None
    assert check_request(NEW_SUBSCRIPTION.params, sent) == {
        "customer": "cus_1",
        "items": [{"price": "price_1", "quantity": 2}, {"price": "price_2"}],
        "cancel_at_period_end": True,
        "metadata": {"reader": "7"},
        "trial_end": 1767258000,
    }


def test_a_decimal_arrives_exact() -> None:
    params = operation(PriceService.create).params
    assert params is not None
    checked = check_request(params, {"currency": "usd", "unit_amount_decimal": "12.345"})
    assert checked["unit_amount_decimal"] == Decimal("12.345")


@pytest.mark.parametrize(
    ("sent", "where", "code"),
    [
        ({"custmer": "cus_1"}, "custmer", "parameter_unknown"),
        ({"items": {"0": {"prise": "x"}}}, "items[0][prise]", "parameter_unknown"),
        ({"items": {"0": {"quantity": "two"}}}, "items[0][quantity]", "parameter_invalid_integer"),
        ({"cancel_at_period_end": "1"}, "cancel_at_period_end", None),
        ({"payment_behavior": "hope"}, "payment_behavior", None),
        ({"trial_end": "soon"}, "trial_end", "parameter_invalid_integer"),
        ({"items": "price_1"}, "items", None),
        ({"api_key": "sk_test_1"}, "api_key", "parameter_unknown"),
    ],
    ids=["unknown", "unknown within", "no integer", "no boolean", "no such choice",
         "neither choice nor integer", "no list", "the SDK's own option"],
)  # fmt: skip
def test_a_wrong_request_is_named(sent: dict[str, Any], where: str, code: str | None) -> None:
    mismatch = refused(sent)
    assert (mismatch.where, mismatch.code) == (where, code)


def test_a_missing_parameter_is_named() -> None:
    params = operation(PriceService.create).params
    assert params is not None
    with pytest.raises(Mismatch) as caught:
        check_request(params, {"unit_amount": "1200"})
    assert (caught.value.where, caught.value.code) == ("currency", "parameter_missing")


def test_an_empty_text_unsets_where_it_may() -> None:
    assert NEW_SUBSCRIPTION.params is not None
    assert check_request(NEW_SUBSCRIPTION.params, {"metadata": ""}) == {"metadata": ""}
    assert refused({"cancel_at_period_end": ""}).where == "cancel_at_period_end"


@pytest.fixture
def subscription() -> dict[str, Any]:
    """Return a subscription as the sandbox gives it, with its invoice in it."""
    with opened("in process") as shop:
        made = shop.subscribe(expand=["latest_invoice", "customer"])
        as_sent: dict[str, Any] = json.loads(made.last_response.body)
        return as_sent


def wrong(obj: dict[str, Any]) -> str:
    with pytest.raises(Mismatch) as caught:
        check_object(stripe.Subscription, obj)
    return str(caught.value)


def test_a_right_object_passes(subscription: dict[str, Any]) -> None:
    check_object(stripe.Subscription, subscription)


def test_an_unknown_field_is_caught(subscription: dict[str, Any]) -> None:
    subscription["current_period_end"] = 1  # where it was, some versions ago
    assert wrong(subscription).startswith("current_period_end: Received unknown")


def test_a_missing_field_is_caught(subscription: dict[str, Any]) -> None:
    del subscription["currency"]
    assert wrong(subscription) == "currency: Missing required param"


def test_a_wrong_choice_is_caught(subscription: dict[str, Any]) -> None:
    subscription["status"] = "lapsed"
    assert wrong(subscription).startswith("status: 'lapsed' is none of")


def test_a_wrong_type_is_caught_deep_within(subscription: dict[str, Any]) -> None:
    subscription["items"]["data"][0]["current_period_end"] = "tomorrow"
    assert wrong(subscription).startswith("items.data[0][current_period_end]: 'tomorrow' is no int")


def test_an_expanded_object_is_checked_as_its_own_kind(subscription: dict[str, Any]) -> None:
    subscription["customer"]["livemode"] = "no"
    assert wrong(subscription).startswith("customer[livemode]")


def test_nothing_stands_for_what_must_be_there(subscription: dict[str, Any]) -> None:
    subscription["start_date"] = None
    assert wrong(subscription).startswith("start_date: None is no int")


def test_the_sandbox_fails_loudly_over_an_object_of_its_own() -> None:
    sandbox = Sandbox(NEW_YEAR)
    made = sandbox.new("product", name="All stories")
    with pytest.raises(AssertionError, match="wrong product"):
        check_returned(made)


def test_a_wrong_request_is_a_400_that_names_the_field() -> None:
    with opened("in process") as shop:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            shop.v1.prices.create({"currency": "usd", "unit_amount": 1, "intervall": "month"})
        assert (caught.value.http_status, caught.value.param) == (400, "intervall")
        assert shop.sandbox.mismatches == ["Price.create: intervall: Received unknown parameter"]


def test_what_the_sandbox_does_not_know_is_refused_not_ignored() -> None:
    with opened("in process") as shop:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            shop.subscribe(application_fee_percent=2.5)
        assert "does not know" in str(caught.value)
