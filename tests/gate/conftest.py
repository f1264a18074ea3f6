"""The moment at which the gate's tests take place."""

import pytest

from tests.gate.visiting import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the paper's clock."""
    return Clock.stopped(monkeypatch)
