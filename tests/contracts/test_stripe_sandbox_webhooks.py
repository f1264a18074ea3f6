"""Webhooks of the sandbox: signed as Stripe signs, told again, and every mischief in the wire."""

import json
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.making import Shop, opened
from tests.stripe_sandbox.webhooks import MAX_ATTEMPTS

SECRET, OLD_SECRET = "whsec_new", "whsec_old"


class Receiver:
    """Takes deliveries, with a status to answer them with."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        self.bodies.append(body)
        self.headers.append(headers)
        return self.status

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def shop(receiver: Receiver) -> Iterator[Shop]:
    with opened("in process") as made:
        made.sandbox.webhooks.to_function(receiver, SECRET, OLD_SECRET)
        yield made


def made(shop: Shop) -> list[str]:
    """Return the ids of the events since the endpoint is there, in order."""
    events = reversed(list(shop.sandbox.store.all("event")))
    stocked = ("product.created", "price.created")
    return [event["id"] for event in events if event["type"] not in stocked]


def test_every_event_is_told_in_order(shop: Shop, receiver: Receiver) -> None:
    subscription = shop.subscribe()
    assert receiver.ids == []
    shop.sandbox.webhooks.deliver()
    assert receiver.ids == made(shop)
    told = [event for event in receiver.events if event["type"] == "customer.subscription.updated"]
    assert told[-1]["data"]["object"]["id"] == subscription.id
    assert told[-1]["data"]["previous_attributes"] == {"status": "incomplete"}
    assert told[-1]["request"]["idempotency_key"]


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_the_sdk_accepts_the_signature(shop: Shop, receiver: Receiver, secret: str) -> None:
    shop.customer()
    shop.sandbox.webhooks.deliver()
    header = receiver.headers[0]["Stripe-Signature"]
    event = stripe.Webhook.construct_event(receiver.bodies[0], header, secret)
    assert (event.type, event.livemode) == ("customer.created", False)


def test_the_sdk_refuses_another_secret_body_or_time(shop: Shop, receiver: Receiver) -> None:
    shop.customer()
    shop.sandbox.webhooks.deliver()
    body, header = receiver.bodies[0], receiver.headers[0]["Stripe-Signature"]
    for wrong_body, secret in ((body, "whsec_other"), (body + b" ", SECRET)):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(wrong_body, header, secret)
    signed_at = int(header.split(",")[0].removeprefix("t="))
    assert abs(signed_at - time.time()) < 5  # real time, whatever the sandbox's clock says


def test_a_delivery_that_fails_is_tried_again_until_it_is_given_up(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.status = 500
    shop.sandbox.webhooks.to_function(lambda _body, _headers: 200, SECRET)
    shop.v1.customers.create({"email": "reader@example.com"})
    shop.sandbox.webhooks.deliver()
    assert receiver.ids == made(shop) * MAX_ATTEMPTS
    assert [each.status for each in shop.sandbox.webhooks.failed] == [500]


def test_a_delivery_succeeds_at_last(shop: Shop, receiver: Receiver) -> None:
    receiver.status = 503
    shop.v1.customers.create({"email": "reader@example.com"})
    shop.sandbox.webhooks.deliver(at_once=False)
    receiver.status = 200
    assert shop.sandbox.webhooks.deliver(at_once=False) == []  # its moment has not come
    shop.sandbox.webhooks.deliver()
    assert receiver.ids == made(shop) * 2
    assert shop.sandbox.webhooks.failed == []


def test_what_is_dropped_is_never_told_but_can_be_listed(shop: Shop, receiver: Receiver) -> None:
    shop.sandbox.webhooks.drop = lambda event: event["type"].startswith("invoice.")
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    assert not any(event["type"].startswith("invoice.") for event in receiver.events)
    lost = {event["id"] for event in shop.sandbox.webhooks.dropped}
    listed = {event.id for event in shop.v1.events.list({"type": "invoice.*"}).data}
    assert lost == listed
    assert lost


def test_events_not_yet_told_can_be_listed(shop: Shop, receiver: Receiver) -> None:
    receiver.status = 500
    shop.customer()
    shop.sandbox.webhooks.deliver()
    missed = shop.v1.events.list({"delivery_success": False})
    assert sorted(event.id for event in missed.data) == sorted(made(shop))
    receiver.status = 200
    shop.v1.customers.create({"email": "reader@example.com"})
    shop.sandbox.webhooks.deliver()
    assert shop.v1.events.list({"delivery_success": True}).data[0].id == made(shop)[-1]


def test_the_next_few_can_be_dropped(shop: Shop, receiver: Receiver) -> None:
    shop.sandbox.webhooks.drop = 2
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    assert receiver.ids == made(shop)[2:]


def test_each_can_be_repeated(shop: Shop, receiver: Receiver) -> None:
    shop.sandbox.webhooks.repeat = 2
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    assert sorted(receiver.ids) == sorted(made(shop) * 3)


def test_they_can_be_shuffled_the_same_way_again(shop: Shop, receiver: Receiver) -> None:
    shop.sandbox.webhooks.shuffle = random.Random(7)
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    order = made(shop)
    assert receiver.ids != order
    random.Random(7).shuffle(order)
    assert receiver.ids == order


def test_they_can_be_delayed_and_held(shop: Shop, receiver: Receiver) -> None:
    shop.sandbox.webhooks.delay = 0.05
    shop.customer()
    shop.sandbox.webhooks.deliver(at_once=False)
    assert receiver.ids == []
    time.sleep(0.06)
    shop.sandbox.webhooks.held = True
    shop.sandbox.webhooks.deliver()
    assert receiver.ids == []
    shop.sandbox.webhooks.held = False
    shop.sandbox.webhooks.deliver(at_once=False)
    assert receiver.ids == made(shop)


def test_an_endpoint_hears_of_what_it_asked_for(shop: Shop) -> None:
    picky = Receiver()
    shop.sandbox.webhooks.to_function(picky, SECRET, kinds=["invoice.paid"])
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    assert [event["type"] for event in picky.events] == ["invoice.paid"]


def test_a_receiver_may_call_the_api_while_it_is_told(shop: Shop) -> None:
    found: list[str] = []

    def fetch(body: bytes, _headers: dict[str, str]) -> int:
        event = json.loads(body)
        if event["type"] == "invoice.paid":
            found.append(shop.v1.invoices.retrieve(event["data"]["object"]["id"]).status)
        return 200

    shop.sandbox.webhooks.to_function(fetch, SECRET)
    shop.subscribe()
    shop.sandbox.webhooks.deliver()
    assert found == ["paid"]


def test_events_are_told_by_http_from_a_thread() -> None:
    received: list[tuple[bytes, str]] = []
    done = threading.Event()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(204)
            self.end_headers()
            done.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its base's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with opened("over HTTP") as shop:
        shop.sandbox.webhooks.to_address(f"http://127.0.0.1:{server.server_port}/", SECRET)
        shop.sandbox.webhooks.keep_delivering()
        shop.v1.customers.create({"email": "reader@example.com"})
        assert done.wait(5)
    server.shutdown()
    server.server_close()
    assert stripe.Webhook.construct_event(*received[0], SECRET).type == "customer.created"
