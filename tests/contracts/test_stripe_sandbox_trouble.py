"""Idempotency keys, and failures to order, in process and over HTTP."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.faults import Kind
from tests.stripe_sandbox.making import WAYS, Shop, opened

KEY = {"idempotency_key": "attempt-1"}
READER = {"email": "reader@example.com"}


@pytest.fixture(params=WAYS)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with opened(request.param) as made:
        yield made


def customers(shop: Shop) -> int:
    return len(shop.v1.customers.list().data)


def test_the_same_key_gives_the_same_answer_again(shop: Shop) -> None:
    first = shop.v1.customers.create(READER, KEY)
    shop.v1.customers.update(first.id, {"name": "Changed since"})
    again = shop.v1.customers.create(READER, KEY)
    assert (again.id, again.name) == (first.id, None)
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert customers(shop) == 1


def test_other_parameters_under_the_key_are_refused(shop: Shop) -> None:
    shop.v1.customers.create(READER, KEY)
    with pytest.raises(stripe.IdempotencyError) as caught:
        shop.v1.customers.create({"email": "other@example.com"}, KEY)
    assert caught.value.http_status == 400
    assert customers(shop) == 1


def test_a_key_is_free_again_after_a_day(shop: Shop) -> None:
    first = shop.v1.customers.create(READER, KEY)
    shop.sandbox.advance(days=1)
    assert shop.v1.customers.create(READER, KEY).id != first.id


def test_an_unknown_parameter_does_not_use_the_key_up(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.customers.create({"emial": "reader@example.com"}, KEY)
    assert shop.v1.customers.create(READER, KEY).email == READER["email"]


def test_a_decline_is_given_again_under_its_key(shop: Shop) -> None:
    params = {"amount": 300, "currency": "usd", "payment_method": "pm_card_chargeDeclined",
              "confirm": True}  # fmt: skip
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.v1.payment_intents.create(params, KEY)
    assert len(shop.v1.payment_intents.list().data) == 1


def test_twenty_at_once_under_one_key_make_one(shop: Shop) -> None:
    shop.sandbox.faults.add("slow", seconds=0.2, path="/v1/customers")
    gate = threading.Barrier(20)

    def create(_number: int) -> str | int | None:
        gate.wait()
        try:
            return str(shop.v1.customers.create(READER, KEY).id)
        except stripe.APIError as error:
            return error.http_status

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(create, range(20)))
    assert customers(shop) == 1
    assert 409 in answers
    assert len(set(answers) - {409}) == 1


def test_a_client_that_retries_gets_past_the_conflict(shop: Shop) -> None:
    shop.sandbox.faults.add("slow", seconds=0.2, path="/v1/customers")
    first = threading.Thread(target=shop.v1.customers.create, args=(READER, KEY))
    first.start()
    time.sleep(0.05)
    again = shop.v1.customers.create(READER, {**KEY, "max_network_retries": 2})
    first.join()
    assert again.email == READER["email"]
    assert customers(shop) == 1


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        ("error", stripe.APIError, 500),
        ("unavailable", stripe.APIError, 503),
        ("busy", stripe.RateLimitError, 429),
        ("refuse", stripe.APIConnectionError, None),
        ("timeout", stripe.APIConnectionError, None),
    ],
)
def test_a_failure_happens_as_often_as_ordered_and_does_nothing(
    shop: Shop, kind: Kind, error: type[stripe.StripeError], status: int | None
) -> None:
    shop.sandbox.faults.add(kind, times=2, path="/v1/customers", method="post")
    for _ in range(2):
        with pytest.raises(error) as caught:
            shop.v1.customers.create(READER, KEY)
        assert caught.value.http_status == status
    assert customers(shop) == 0
    assert shop.v1.customers.create(READER, KEY).email == READER["email"]


def test_a_refusal_is_given_again_under_its_key(shop: Shop) -> None:
    customer = shop.v1.customers.create(READER).id
    change = {"invoice_settings": {"default_payment_method": "pm_none"}}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="No such payment method"):
            shop.v1.customers.update(customer, change, KEY)
    with pytest.raises(stripe.IdempotencyError):
        shop.v1.customers.update(customer, {"name": "A. Reader"}, KEY)


def test_a_broken_server_stays_broken_for_its_key(shop: Shop) -> None:
    shop.sandbox.faults.add("broken", path="/v1/customers")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            shop.v1.customers.create(READER, {**KEY, "max_network_retries": 2})
        assert caught.value.http_status == 500
    assert shop.v1.customers.create(READER).email == READER["email"]


def test_an_answer_lost_was_done_all_the_same(shop: Shop) -> None:
    shop.sandbox.faults.add("answer_lost", path="/v1/customers")
    with pytest.raises(stripe.APIConnectionError):
        shop.v1.customers.create(READER, KEY)
    assert shop.v1.customers.create(READER, KEY).last_response.headers["Idempotent-Replayed"]
    assert customers(shop) == 1


def test_other_paths_go_on_working(shop: Shop) -> None:
    shop.sandbox.faults.add("error", times=9, path="/v1/checkout")
    assert customers(shop) == 0
    with pytest.raises(stripe.APIError):
        shop.checkout()
    shop.sandbox.faults.clear()
    assert shop.checkout().status == "open"


def test_a_failure_nobody_knows_is_not_ordered(shop: Shop) -> None:
    unknown: Any = "gremlins"
    with pytest.raises(ValueError, match="no kind of failure"):
        shop.sandbox.faults.add(unknown)
