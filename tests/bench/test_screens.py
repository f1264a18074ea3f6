"""The benchmark of staff's screens asks for what it says; how fast is not asked here."""

from dataclasses import asdict

import pytest
from django.core.management import call_command

from tests.bench import desk, screens


@pytest.mark.django_db
def test_lists_are_asked_for_as_they_come_searched_and_filtered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "TIMES", 1)
    call_command("seed_scale", readers=900, stories=30, verbosity=0)
    assert {"accounts.reader", "articles.article", "paywall.schedulerun"} <= set(desk.lists())
    seen = desk.measure(of=["paywall.invoice"])
    assert {one.screen for one in seen} == {"paywall.invoice", *desk.others(), "dashboard"}
    invoices = {one.what for one in seen if one.screen == "paywall.invoice"}
    assert {"", "q=reader0000808", "status=draft", "p=2"} <= invoices
    assert all(one.queries > 1 for one in seen)
    assert f"{len(seen)} pages, " in screens.as_text("a store", [*map(asdict, seen)])
    slow = desk.Seen("paywall.invoice", "", 25, 10.0), desk.Seen("dashboard", "", 30, 1000.0)
    told = screens.as_text("a store", [*map(asdict, slow)])
    assert told.count("  missed") == 2
