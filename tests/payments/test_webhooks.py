"""What is taken at the door: signed by Stripe, just now, in our mode; and nothing else."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from django.conf import LazySettings
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries

from paywall.payments import inbox
from paywall.payments.models import StripeEvent
from paywall.subscriptions.models import Subscription
from paywall.tasks import handle_stripe_event, sweep_stripe_events
from tests.payments.shop import Newspaper
from tests.payments.telling import ADDRESS, SECRET, events, post, signed, subscribe_at_stripe
from tests.stripe_sandbox import Sandbox
from tests.stripe_sandbox.webhooks import signature

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "invoice.paid",
    "created": 1_800_000_000,
    "livemode": False,
    "data": {"object": {"object": "invoice", "id": "in_1", "customer": "cus_1"}},
}
BODY = json.dumps(EVENT).encode()
LIVE = json.dumps({**EVENT, "livemode": True}).encode()


@pytest.mark.django_db
def test_a_signed_event_is_kept_by_names_alone(sandbox: Sandbox) -> None:
    event = {**EVENT, "data": {"object": {**EVENT["data"]["object"], "customer_email": "r@e.x"}}}
    assert post(*signed(event)) == 200
    row = StripeEvent.objects.get()
    assert (row.type, row.customer_id, row.object) == (
        "invoice.paid",
        "cus_1",
        {"invoices": ["in_1"]},
    )
    assert row.handled_at is None


@pytest.mark.django_db
def test_it_is_kept_with_one_statement(
    sandbox: Sandbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body, headers = signed(EVENT)
    for _ in range(2):
        with django_assert_num_queries(1):
            post(body, headers)
    assert StripeEvent.objects.count() == 1


Header: TypeAlias = Callable[[int], str]


def made(body: bytes, *, by: str = SECRET, after: int = 0) -> Header:
    """Return what makes the header of a signature, so many seconds after a moment."""
    return lambda now: signature(body, [by], now + after)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "header"),
    [
        (BODY, lambda now: ""),
        (BODY, lambda now: "nonsense"),
        (BODY, lambda now: "t=,v1="),
        (BODY, lambda now: f"t={now}"),
        (BODY, lambda now: f"t={now},v1="),
        (BODY, lambda now: f"t={now},v1=é"),
        (BODY, lambda now: f"t={'9' * 5000},v1=abc"),
        (BODY, lambda now: "t=٣,v1=abc"),
        (BODY, lambda now: "t=-1,v1=abc"),
        (BODY, made(BODY, by="whsec_other")),
        (BODY, lambda now: made(BODY)(now).replace("v1=", "v0=")),
        (BODY + b" ", made(BODY)),
        (BODY, made(BODY, after=-310)),
        (BODY, made(BODY, after=310)),
        (BODY, lambda now: made(BODY)(now).replace(f"t={now}", f"t={now},t={now}")),
        (b"", made(b"")),
        (b"\xff\xfe", made(b"\xff\xfe")),
        (b"[]", made(b"[]")),
        (b"null", made(b"null")),
        (b"{}", made(b"{}")),
        (b"[" * 9000, made(b"[" * 9000)),
        (LIVE, made(LIVE)),
    ],
    ids=["no header", "no pairs", "empty pairs", "unsigned", "empty signature", "no digits",
         "a moment too long", "other digits", "before 1970", "another secret", "another scheme",
         "another body", "too old", "from the future", "two moments", "no body", "no text",
         "a list", "null", "no event", "nested too deep", "the live mode"],
)  # fmt: skip
def test_what_stripe_did_not_sign_just_now_writes_nothing(
    sandbox: Sandbox, body: bytes, header: Header
) -> None:
    sent = header(int(time.time()))
    assert post(body, {"Stripe-Signature": sent} if sent else {}) == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_a_little(sandbox: Sandbox, seconds: int) -> None:
    assert post(*signed(EVENT, at=time.time() + seconds)) == 200


@pytest.mark.django_db
def test_any_of_several_secrets_will_do(sandbox: Sandbox, settings: LazySettings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = "whsec_old, whsec_new"
    for number, secrets in enumerate((("whsec_old",), ("whsec_new",), ("whsec_x", "whsec_new"))):
        assert post(*signed({**EVENT, "id": f"evt_{number}"}, secrets=secrets)) == 200
    assert post(*signed(EVENT, secrets=("whsec_other",))) == 400


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", " , "])
def test_without_a_secret_nothing_is_taken(
    sandbox: Sandbox, settings: LazySettings, secret: str
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = secret
    assert post(*signed(EVENT, secrets=("",))) == 400


@pytest.mark.django_db
def test_it_is_only_told_and_never_too_much(sandbox: Sandbox) -> None:
    assert Client().get(ADDRESS).status_code == 405
    assert post(*signed(b" " * (2 * 1024 * 1024))) == 413


def test_it_needs_no_token_of_ours(sandbox: Sandbox, db: None) -> None:
    body, headers = signed(EVENT)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(ADDRESS, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("tasks_here")
def test_a_kept_event_is_handled_at_once(paper: Newspaper) -> None:
    paper.sandbox.webhooks.to_function(post, SECRET)
    customer = paper.customer()
    subscribe_at_stripe(paper, customer)
    told = paper.sandbox.webhooks.deliver()
    assert {delivery.status for delivery in told} == {200}
    assert Subscription.objects.get().reason == "paid"


@pytest.mark.django_db(transaction=True)
def test_without_redis_it_is_kept_and_found_by_the_sweeper(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("Error 111 connecting to 127.0.0.1:6379.")

    subscribe_at_stripe(paper, paper.customer())
    monkeypatch.setattr(handle_stripe_event, "delay", away)
    for event in events(paper):
        assert post(*signed(event)) == 200
    assert not Subscription.objects.exists()
    sweep_stripe_events()
    assert Subscription.objects.get().reason == "paid"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("tasks_here")
def test_an_error_while_handling_in_the_request_takes_nothing_back(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(inbox, "handle", fail)
    assert post(*signed(EVENT)) == 200
    assert StripeEvent.objects.get().handled_at is None
