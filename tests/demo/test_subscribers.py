"""The demonstration's readers who pay: real subscriptions at the sandbox, made once."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from config.demo import sandbox as beside
from config.demo.readers import PASSWORD
from config.demo.subscribers import CARDS
from paywall import clock
from paywall.subscriptions.models import Subscription
from tests.demo.conftest import make_demonstration
from tests.stripe_sandbox import TEST_KEY, Sandbox
from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.wsgi import serve_in_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    sandbox = Sandbox()
    stop = serve_in_thread(sandbox)
    settings.DEBUG, settings.STRIPE_SECRET_KEY = True, TEST_KEY
    settings.STRIPE_API_BASE = sandbox.base_url
    monkeypatch.setattr(clock, "now", lambda: moment(sandbox.now))
    yield sandbox
    stop()
    assert not sandbox.mismatches


def of(email: str) -> Subscription:
    return Subscription.objects.get(customer__reader__email=email)


def test_each_has_renewed_or_failed_to_and_a_second_run_leaves_them(sandbox: Sandbox) -> None:
    sandbox.clock.begin_behind(int(beside.BEHIND.total_seconds()))
    make_demonstration()
    assert abs(datetime.fromtimestamp(sandbox.now, UTC) - timezone.now()).total_seconds() < 60
    paid, unpaid, leaving = (of(email) for email in CARDS)
    assert (paid.status, paid.cancels_at) == ("active", None)
    assert [each.status for each in paid.invoices.all()] == ["paid", "paid"]
    assert unpaid.status == "past_due"
    assert unpaid.opens_until
    assert unpaid.opens_until > timezone.now()
    assert leaving.status == "active"
    assert leaving.cancels_at == leaving.period_ends_at
    for email in CARDS:
        _the_account_page_shows_it(email)

    sandbox.advance(days=3)
    make_demonstration()
    assert moment(sandbox.now) > timezone.now()
    assert Subscription.objects.count() == len(CARDS) == 3
    assert sum(1 for _ in sandbox.store.all("subscription")) == 3


def _the_account_page_shows_it(email: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    page = client.get("/account/").content.decode()
    assert "Every story" in page
    assert ("Pay €1.00 now" in page) is email.startswith("unpaid")
    assert ("Keep my subscription" in page) is email.startswith("leaving")


def test_beside_a_sandbox_at_the_present_they_subscribe_now(sandbox: Sandbox) -> None:
    make_demonstration()
    assert {of(email).status for email in CARDS} == {"active"}
