"""Talking to Stripe. The only module that imports its SDK."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import stripe
from django.conf import settings

TIMEOUT = (3, 10)  # seconds to connect, and to read
RETRIES = 2
LIVE_KEYS = ("sk_live_", "rk_live_")

Json: TypeAlias = dict[str, Any]
Params: TypeAlias = Mapping[str, Any]


class GatewayError(Exception):
    """Stripe did not do what it was asked; the message says why, for staff."""


class GatewayUnavailable(GatewayError):  # noqa: N818, it is not our error
    """Stripe could not be reached, or asked to come back later: the same may work then."""


class GatewayRefused(GatewayError):  # noqa: N818, it is not our error
    """Stripe refused, and would again."""


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


def from_settings() -> Gateway:
    """Return the gateway to the account of STRIPE_SECRET_KEY, at STRIPE_API_BASE if that is set.

    Raises GatewayRefused without a key, and for a live key that would go anywhere but to Stripe.
    """
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
    return stripe.RequestsClient(timeout=TIMEOUT)


def _all(service: Any) -> list[Json]:
    with _our_errors():
        pages = service.list({"limit": 100})
        return [item.to_dict() for item in pages.auto_paging_iter()]


def _asked(method: Any, *args: Any, key: str = "") -> Json:
    with _our_errors():
        answer: Json = (
            method(*args, options={"idempotency_key": key}) if key else method(*args)
        ).to_dict()
        return answer


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    # An APIError is an answer that says nothing of what was asked: 409, 500 and the like.
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise GatewayUnavailable(f"Stripe does not answer: {error}") from error
    except stripe.StripeError as error:
        raise GatewayRefused(f"Stripe refused: {error.user_message or error}") from error
