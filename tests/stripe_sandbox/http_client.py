"""The SDK's way into the sandbox without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import ConnectionLost
from tests.stripe_sandbox.serving import Request, answer, headers_of

TEST_KEY = "sk_test_sandbox"


class InProcessClient(stripe.HTTPClient):
    """Hands the SDK's requests to a sandbox in this process."""

    name = "sandbox"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Answer one request; a lost connection is raised as the SDK's own error."""
        address = urlsplit(url)
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, address.path, post_data or address.query, lowered)
        try:
            given = answer(self.sandbox, request)
        except ConnectionLost as lost:
            message = f"Unexpected error communicating with Stripe: {lost}"
            error = stripe.APIConnectionError(message, should_retry=True)  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            raise error from None
        # The SDK looks for some names as Stripe writes them, and for some in lower case.
        sent = headers_of(given)
        both = sent | {name.lower(): value for name, value in sent.items()}
        return given.body, given.status, both

    def close(self) -> None:
        """Nothing is open."""


def client(sandbox: Sandbox, key: str = TEST_KEY, **options: Any) -> stripe.StripeClient:
    """Return an SDK client of a sandbox in this process."""
    return stripe.StripeClient(key, http_client=InProcessClient(sandbox), **options)
