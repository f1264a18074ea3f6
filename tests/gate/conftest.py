"""The moment at which the gate's tests take place."""

import pytest

from paywall import clock as the_clock
from tests.gate.visiting import NOW, Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the paper's clock in the middle of a November."""
    clock = Clock(NOW)
    monkeypatch.setattr(the_clock, "now", lambda: clock.now)
    return clock
