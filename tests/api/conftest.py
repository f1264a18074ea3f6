"""The paper, a site beside it, and what its tests take place with."""

import pytest

from paywall.sites.models import ApiSite
from tests.api.asking import Server, make_site
from tests.gate.visiting import Clock
from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the paper's clock."""
    return Clock.stopped(monkeypatch)


@pytest.fixture
def site(db: None) -> ApiSite:
    return make_site()


@pytest.fixture
def server(site: ApiSite) -> Server:
    """Return the site's server, whose key is good for everything."""
    return Server.of(site)
