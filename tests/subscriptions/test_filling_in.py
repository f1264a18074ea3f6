"""What was recorded before more was kept is filled in: what asks less than the price."""

from importlib import import_module

import pytest
from django.apps import apps

from paywall.subscriptions.models import Invoice
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db

filling = import_module("paywall.migrations.0012_scale_figures")


def test_only_what_asks_less_than_the_price_is_told_so(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.subscribe(paper.customer(), paper.sport)
    less = paper.subscribe(paper.customer("other@example.com"), paper.sport).invoices.get()
    Invoice.objects.filter(pk=less.pk).update(amount_due=less.amount_due - 1)
    Invoice.objects.update(below_price=False)
    monkeypatch.setattr(filling, "BATCH", 1)
    filling.mark_what_asks_less(apps, None)
    assert set(Invoice.objects.filter(below_price=True)) == {less}
