"""What races need: everybody hesitates, and for the controls, locks that are off."""

from contextlib import nullcontext
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import QuerySet

from paywall.catalog.story import Story
from paywall.metering import joining, opening
from paywall.metering.models import Meter, MeteredRead
from paywall.periods import Period
from tests.metering.racing import hesitate, slow_down


@pytest.fixture
def hesitation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment between any two steps that must hold together, and for a connection."""
    if pool := getattr(connection, "pool", None):
        monkeypatch.setattr(pool, "timeout", 60)
    slow_down(monkeypatch, opening, "_ask", "_raise_versions")
    slow_down(monkeypatch, joining, "_find", "_copy_reads")
    slow_down(monkeypatch, QuerySet, "count")


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch, hesitation: None) -> None:
    """Take off what the meter relies on: transactions and row locks."""
    monkeypatch.setattr(opening, "_at_once", opening._one_by_one)
    no_transactions = SimpleNamespace(atomic=nullcontext)
    monkeypatch.setattr(opening, "transaction", no_transactions)
    monkeypatch.setattr(joining, "transaction", no_transactions)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    slow_down(monkeypatch, QuerySet, "count", most=0.02)


@pytest.fixture
def counting_carelessly(monkeypatch: pytest.MonkeyPatch, without_locks: None) -> None:
    """Read, think, write: what the conditional UPDATE is there instead of."""

    def count_and_write_down(
        meter_id: int, story: Story, period: Period, allowance: int, now: datetime
    ) -> bool:
        meter = Meter.objects.get(pk=meter_id)
        this_month = meter.period == period.starts_date
        if this_month and meter.used >= allowance:
            return False
        hesitate()
        used = meter.used + 1 if this_month else 1
        Meter.objects.filter(pk=meter_id).update(used=used, period=period.starts_date)
        MeteredRead.objects.create(
            meter_id=meter_id, period=period.starts_date, story_key=story.key, opened_at=now
        )
        return True

    monkeypatch.setattr(opening, "_count_and_write_down", count_and_write_down)
