"""The demonstration's packages at Stripe, and the Stripe that is another one."""

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from config.demo.paper import make_packages
from config.demo.shop import OtherStripeError, open_shop
from paywall.payments import gateway
from tests.payments.conftest import sandbox  # noqa: F401, a fixture
from tests.stripe_sandbox import InProcessClient, Sandbox

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def _paper() -> None:
    make_packages()


@pytest.mark.usefixtures("_paper")
def test_it_is_opened_once(sandbox: Sandbox) -> None:  # noqa: F811
    assert open_shop(now=NOW) == "9 changes published to Stripe."
    assert open_shop(now=NOW) == "0 changes published to Stripe."
    assert len(list(sandbox.store.all("product"))) == 3


@pytest.mark.usefixtures("_paper", "sandbox")
def test_a_stripe_that_knows_nothing_of_what_was_published_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_shop(now=NOW)
    other = Sandbox(NOW)
    monkeypatch.setattr(gateway, "http_client", lambda: InProcessClient(other))
    with pytest.raises(OtherStripeError, match="another Stripe account"):
        open_shop(now=NOW)
    assert not list(other.store.all("product"))


def test_it_is_served_without_stripe(settings: LazySettings) -> None:
    assert "STRIPE_SECRET_KEY is not set" in open_shop(now=NOW)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_abc", "http://127.0.0.1:9"
    assert "The packages were not published. Stripe does not answer" in open_shop(now=NOW)


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_is_refused(settings: LazySettings, key: str) -> None:
    settings.STRIPE_SECRET_KEY = key
    with pytest.raises(OtherStripeError, match="live key"):
        open_shop(now=NOW)
