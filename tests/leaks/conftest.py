"""The moment at which somebody looks for what should not be there."""

import pytest

from tests.gate.visiting import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the paper's clock."""
    return Clock.stopped(monkeypatch)
