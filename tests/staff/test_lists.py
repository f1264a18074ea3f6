"""The admin's lists stay fast however long they are: nothing is counted, few questions asked."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.staff.lists import LongList
from paywall.trail import recording
from tests.making import make_reader

pytestmark = pytest.mark.django_db

# Rows of these come with readers, stories or letters: there may be millions.
LONG = {
    "accounts.reader", "paywall.activation", "paywall.concern", "paywall.customer",
    "paywall.entitlement", "paywall.invoice", "paywall.letter", "paywall.printaccount",
    "paywall.printcase", "paywall.purchase", "paywall.reconciliation", "paywall.staffaction",
    "paywall.stripeevent", "paywall.subscription",
}  # fmt: skip


def test_long_lists_count_nothing_and_ask_little_however_many_rows(client: Client) -> None:
    staff = make_reader("desk@example.com", is_staff=True, is_superuser=True)
    client.force_login(staff)
    for number in range(8):
        reader = make_reader(f"ada{number}@example.com")
        granting.give(reader, Source.COURTESY, starts_at=timezone.now())
        recording.begin("Looked", by=staff, now=timezone.now(), reader=reader)
    for model, screen in admin.site._registry.items():
        if model._meta.label_lower not in LONG:
            continue
        assert isinstance(screen, LongList), model
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        asked = [each["sql"] for each in captured]
        assert len(asked) < 25, model
        assert not [sql for sql in asked if "COUNT(*)" in sql], model


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        ("accounts_reader", "ADA@", 1),
        ("accounts_reader", "da@", 0),
        ("paywall_entitlement", "Ada", 1),
        ("paywall_staffaction", "ada", 1),
        ("paywall_staffaction", "desk@example.com", 1),
        ("paywall_staffaction", "other", 0),
    ],
)
def test_a_list_is_searched_by_how_an_address_begins(
    client: Client, model: str, typed: str, found: int
) -> None:
    staff = make_reader("desk@example.com", is_staff=True, is_superuser=True)
    client.force_login(staff)
    reader = make_reader("ada@example.com")
    make_reader("bob@example.com")
    granting.give(reader, Source.COURTESY, starts_at=timezone.now())
    recording.begin("Looked", by=staff, now=timezone.now(), reader=reader)
    page = client.get(reverse(f"admin:{model}_changelist"), {"q": typed})
    assert len(page.context["cl"].result_list) == found
