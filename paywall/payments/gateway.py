"""Talking to Stripe. The only module that imports its SDK.

And only once Stripe is asked or heard: importing it takes a tenth of what every command needs to
start, and few of them talk to Stripe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings

if TYPE_CHECKING:
    import stripe

TIMEOUT = (3, 10)  # seconds to connect, and to read
RETRIES = 2
TOLERANCE = 300  # seconds that a webhook's clock and ours may differ, either way
LIVE_KEYS = ("sk_live_", "rk_live_")

Json: TypeAlias = dict[str, Any]
Params: TypeAlias = Mapping[str, Any]


class GatewayError(Exception):
    """Stripe did not do what it was asked; the message says why, for staff."""


class GatewayUnavailable(GatewayError):  # noqa: N818, it is not our error
    """Stripe could not be reached, or asked to come back later: the same may work then."""


class GatewayBroken(GatewayUnavailable):
    """Stripe broke down over a request, and says so again to its key: it takes another one."""


class GatewayRefused(GatewayError):  # noqa: N818, it is not our error
    """Stripe refused, and would again."""


class GatewayMissing(GatewayRefused):
    """Stripe has no such thing, or not in this account."""


class GatewayDeclined(GatewayRefused):
    """The reader's bank refused the payment."""


class BadSignature(Exception):  # noqa: N818, it is not our error
    """Somebody who is not Stripe, or not now, or not this account's mode."""


SUBSCRIPTION_WITH = (
    "latest_invoice",
    "default_payment_method",
    "customer.invoice_settings.default_payment_method",
    "schedule",
    "discounts",
)


class Gateway:
    """What we ask of Stripe. Every answer is plain JSON in Stripe's own words.

    Every method raises GatewayUnavailable and GatewayRefused. A `key` is an idempotency key:
    asked twice with the same one, Stripe does a thing once.
    """

    def __init__(self, client: stripe.StripeClient) -> None:
        self._stripe = client.v1

    def products(self) -> list[Json]:
        """Return every product, archived ones too."""
        return _all(self._stripe.products)

    def create_product(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.products.create, params, key=key)

    def update_product(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.products.update, stripe_id, params)

    def prices(self) -> list[Json]:
        """Return every price, archived ones too."""
        return _all(self._stripe.prices)

    def create_price(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.prices.create, params, key=key)

    def update_price(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.prices.update, stripe_id, params)

    def coupons(self) -> list[Json]:
        """Return every coupon that was not deleted."""
        return _all(self._stripe.coupons)

    def create_coupon(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.coupons.create, params, key=key)

    def update_coupon(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.coupons.update, stripe_id, params)

    def delete_coupon(self, stripe_id: str) -> None:
        """Stop a coupon from being used again; who has its discount keeps it."""
        _asked(self._stripe.coupons.delete, stripe_id)

    def promotion_codes(self) -> Iterator[Json]:
        """Go through the codes that readers can type, the newest first, with what they give."""
        return _each(self._stripe.promotion_codes, expand=["data.promotion.coupon.applies_to"])

    def create_promotion_code(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.promotion_codes.create, params, key=key)

    def update_promotion_code(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.promotion_codes.update, stripe_id, params)

    def create_customer(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.customers.create, params, key=key)

    def update_customer(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.customers.update, stripe_id, params)

    def customers(self, **params: Any) -> Iterator[Json]:
        """Go through the customers, or those with an `email`."""
        return _each(self._stripe.customers, **params)

    def create_session(self, params: Params, *, key: str) -> Json:
        """Open a Checkout session."""
        return _asked(self._stripe.checkout.sessions.create, params, key=key)

    def session(self, stripe_id: str) -> Json:
        """Return a Checkout session with its payment and what it is for."""
        expand = ["payment_intent.latest_charge", "line_items"]
        return _asked(self._stripe.checkout.sessions.retrieve, stripe_id, {"expand": expand})

    def sessions(self, **params: Any) -> Iterator[Json]:
        """Go through Checkout sessions, such as those of a `payment_intent`."""
        return _each(self._stripe.checkout.sessions, **params)

    def expire_session(self, stripe_id: str) -> Json:
        """Close an open session; one that is paid or closed is refused."""
        return _asked(self._stripe.checkout.sessions.expire, stripe_id)

    def subscription(self, stripe_id: str) -> Json:
        """Return a subscription with all that a snapshot is made of."""
        retrieve, expand = self._stripe.subscriptions.retrieve, list(SUBSCRIPTION_WITH)
        try:
            return _asked(retrieve, stripe_id, {"expand": expand})
        except GatewayRefused:  # a deleted customer has nothing that could be expanded
            expand = [name for name in expand if not name.startswith("customer.")]
            return _asked(retrieve, stripe_id, {"expand": expand})

    def subscriptions(self, **params: Any) -> Iterator[Json]:
        """Go through subscriptions in every status, with all that snapshots are made of."""
        expand = [f"data.{name}" for name in SUBSCRIPTION_WITH if name.count(".") < 2]
        return _each(self._stripe.subscriptions, status="all", expand=expand, **params)

    def update_subscription(self, stripe_id: str, params: Params, *, key: str = "") -> Json:
        return _asked(self._stripe.subscriptions.update, stripe_id, params, key=key)

    def cancel_subscription(self, stripe_id: str) -> Json:
        """End a subscription at once; nothing is given back by that."""
        return _asked(self._stripe.subscriptions.cancel, stripe_id)

    def create_schedule(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.subscription_schedules.create, params, key=key)

    def update_schedule(self, stripe_id: str, params: Params) -> Json:
        return _asked(self._stripe.subscription_schedules.update, stripe_id, params)

    def release_schedule(self, stripe_id: str) -> Json:
        """Leave the subscription as it is, without its schedule."""
        return _asked(self._stripe.subscription_schedules.release, stripe_id)

    def preview_invoice(self, params: Params) -> Json:
        """Return the invoice that a change would bring; nothing changes by asking."""
        return _asked(self._stripe.invoices.create_preview, params)

    def invoice(self, stripe_id: str) -> Json:
        """Return an invoice with its payments."""
        expand = ["payments.data.payment.payment_intent"]
        return _asked(self._stripe.invoices.retrieve, stripe_id, {"expand": expand})

    def invoices(self, **params: Any) -> Iterator[Json]:
        """Go through invoices, such as those of a `subscription`."""
        return _each(self._stripe.invoices, **params)

    def invoice_of(self, payment_intent: str) -> str:
        """Return the id of the invoice that a payment is for, or ""."""
        payment = {"type": "payment_intent", "payment_intent": payment_intent}
        found = next(_each(self._stripe.invoice_payments, payment=payment), None)
        return str(found["invoice"]) if found else ""

    def payment_intent(self, stripe_id: str) -> Json:
        """Return a payment, which names its customer."""
        return _asked(self._stripe.payment_intents.retrieve, stripe_id)

    def charge(self, stripe_id: str) -> Json:
        """Return a charge with its refunds."""
        return _asked(self._stripe.charges.retrieve, stripe_id, {"expand": ["refunds"]})

    def disputes(self, charge: str) -> list[Json]:
        """Return the disputes of a charge."""
        return list(_each(self._stripe.disputes, charge=charge))

    def refund(self, params: Params, *, key: str) -> Json:
        return _asked(self._stripe.refunds.create, params, key=key)

    def create_portal_session(self, params: Params) -> Json:
        return _asked(self._stripe.billing_portal.sessions.create, params)

    def events(self, **params: Any) -> Iterator[Json]:
        """Go through what happened in the last 30 days, the newest first."""
        return _each(self._stripe.events, **params)

    def void_invoice(self, stripe_id: str) -> Json:
        """Ask for the money of an open invoice no more; a paid one is refused."""
        return _asked(self._stripe.invoices.void_invoice, stripe_id)

    def customer(self, stripe_id: str) -> Json:
        """Return a customer; of a deleted one hardly more than that it is `deleted`."""
        return _asked(self._stripe.customers.retrieve, stripe_id)

    def delete_customer(self, stripe_id: str) -> None:
        """Forget a person: subscriptions end at once, invoices stay. Not undone."""
        _asked(self._stripe.customers.delete, stripe_id)


def from_settings() -> Gateway:
    """Return the gateway to the account of STRIPE_SECRET_KEY, at STRIPE_API_BASE if that is set.

    Raises GatewayRefused without a key, and for a live key that would go anywhere but to Stripe.
    """
    import stripe

    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE.rstrip("/")
    if not key:
        raise GatewayRefused("STRIPE_SECRET_KEY is not set: copy it from Stripe's dashboard.")
    if base not in {"", stripe.DEFAULT_API_BASE} and key.startswith(LIVE_KEYS):
        raise GatewayRefused(
            f"STRIPE_API_BASE is {base}, and STRIPE_SECRET_KEY is a live key: "
            "unset the one, or set a test key."
        )
    return Gateway(
        stripe.StripeClient(
            key,
            http_client=http_client(),
            max_network_retries=RETRIES,
            base_addresses={"api": base} if base else {},
        )
    )


def http_client() -> stripe.HTTPClient:
    """Return what carries the requests; tests put the sandbox in its place."""
    import stripe

    return stripe.RequestsClient(timeout=TIMEOUT)


def event_of(body: bytes, signature: str, *, secrets: Sequence[str], now: datetime) -> Json:
    """Return the event of a webhook that Stripe signed just now with one of the secrets.

    `now` is real time, as Stripe's own clock tells it. Raises BadSignature for everything else.
    The SDK knows one secret at a time, and lets moments of the future pass.
    Source: https://docs.stripe.com/webhooks#verify-manually
    """
    signed_at = _moment_of(signature)
    if not any(_made_with(secret, body, signature) for secret in secrets):
        raise BadSignature("No secret of ours made this signature.")
    if abs(now.timestamp() - signed_at) > TOLERANCE:
        raise BadSignature("The signature is too old, or from the future.")
    try:
        event: Json = json.loads(body)
        live = event["livemode"]
        event["id"], event["type"], event["created"], event["data"]["object"]["object"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSignature("This is no event of Stripe's.") from error
    if live != settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS):
        raise BadSignature("The event is from the other mode, live or test, than our key.")
    return event


def _moment_of(signature: str) -> int:
    """Return the one moment of a Stripe-Signature, in seconds since 1970."""
    moments = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
    if len(moments) != 1 or not re.fullmatch(r"[0-9]{1,12}", moments[0]):
        raise BadSignature("The Stripe-Signature header is missing, or has not one moment.")
    return int(moments[0])


def _made_with(secret: str, body: bytes, signature: str) -> bool:
    import stripe

    try:
        stripe.WebhookSignature.verify_header(body, signature, secret)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        return False  # the last two: the body is no text, or the signature is not ASCII
    return True


def _all(service: Any) -> list[Json]:
    return list(_each(service))


def _each(service: Any, **params: Any) -> Iterator[Json]:
    with _our_errors():
        for item in service.list({"limit": 100, **params}).auto_paging_iter():
            yield item.to_dict()


def _asked(method: Any, *args: Any, key: str = "") -> Json:
    with _our_errors():
        answer: Json = (
            method(*args, options={"idempotency_key": key}) if key else method(*args)
        ).to_dict()
        return answer


@contextmanager
def _our_errors() -> Iterator[None]:
    import stripe

    try:
        yield
    # An APIError is an answer that says nothing of what was asked: 409, 500 and the like.
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        kept = (error.headers or {}).get("Stripe-Should-Retry") == "false"
        away = GatewayBroken if kept else GatewayUnavailable
        raise away(f"Stripe does not answer: {error}") from error
    except stripe.CardError as error:
        raise GatewayDeclined(error.user_message or "The bank declined the payment.") from error
    except stripe.StripeError as error:
        missing = error.http_status == HTTPStatus.NOT_FOUND
        refused = GatewayMissing if missing else GatewayRefused
        raise refused(f"Stripe refused: {error.user_message or error}") from error
