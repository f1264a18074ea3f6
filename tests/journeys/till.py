"""A newspaper whose readers pay at a sandbox that is reached over HTTP, as Stripe is."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from paywall.payments.models import StripeEvent
from paywall.tasks import sweep_stripe_events
from tests.payments.shop import Newspaper, open_newspaper
from tests.stripe_sandbox import TEST_KEY, Sandbox
from tests.stripe_sandbox.wsgi import serve_in_thread

SECRET = "whsec_journeys"


@contextmanager
def open_till(settings: LazySettings, live_server: LiveServer) -> Iterator[Newspaper]:
    """Open it; what happens at the sandbox is told to the site when a test has it delivered."""
    sandbox = Sandbox(late_by=3600)
    stop = serve_in_thread(sandbox)
    settings.STRIPE_SECRET_KEY = TEST_KEY
    settings.STRIPE_API_BASE = sandbox.base_url
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    sandbox.webhooks.to_address(f"{live_server.url}/webhooks/stripe/", SECRET)
    yield open_newspaper(sandbox)
    stop()
    assert not sandbox.mismatches


def tell(paper: Newspaper) -> None:
    """Have the site told of what happened, and wait until it has handled that."""
    paper.sandbox.webhooks.deliver()
    sweep_stripe_events()
    assert not StripeEvent.objects.filter(handled_at=None).exists()
