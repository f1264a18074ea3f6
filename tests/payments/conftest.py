"""Stripe in this process, as every test of payments needs it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stripe
from django.conf import LazySettings

from paywall.payments import gateway
from tests.payments.shop import Newspaper, opened
from tests.payments.telling import SECRET
from tests.stripe_sandbox import TEST_KEY, InProcessClient, Sandbox

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Put the sandbox in Stripe's place; every request and answer has to be as the SDK says."""
    settings.STRIPE_SECRET_KEY = TEST_KEY
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    sandbox = Sandbox(NOW)
    monkeypatch.setattr(gateway, "http_client", lambda: InProcessClient(sandbox))
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    yield sandbox
    assert not sandbox.mismatches


@pytest.fixture
def paper(sandbox: Sandbox, db: None) -> Newspaper:
    """Open a newspaper whose packages are published to the sandbox."""
    return opened(sandbox)
