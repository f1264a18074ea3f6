"""What staff do is kept, names survive accounts, and nobody edits any of it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.metering.models import MeterRule
from paywall.trail import recording
from paywall.trail.models import StaffAction
from tests.making import make_reader, make_section
from tests.staff.desk import at_the_desk, colleague

pytestmark = pytest.mark.django_db


def written() -> StaffAction:
    by, reader = make_reader("gone@example.com", is_staff=True), make_reader("ada@example.com")
    return recording.begin("Refund a payment", by=by, now=timezone.now(), reader=reader, reason="x")


@pytest.mark.parametrize("superuser", [False, True])
def test_not_even_a_superuser_adds_changes_or_deletes_a_row(superuser: bool) -> None:
    action, client = written(), Client()
    client.force_login(
        make_reader("root@example.com", is_staff=True, is_superuser=True)
        if superuser
        else colleague("administrator")
    )
    change = reverse("admin:paywall_staffaction_change", args=[action.pk])
    listed = reverse("admin:paywall_staffaction_changelist")
    assert "Refund a payment" in client.get(listed).content.decode()
    assert client.get(change).status_code == 200
    assert client.post(change, {"reason": "another"}).status_code == 403
    assert client.get(reverse("admin:paywall_staffaction_add")).status_code == 403
    delete = reverse("admin:paywall_staffaction_delete", args=[action.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [action.pk], "post": "yes"}
    client.post(listed, chosen)
    action.refresh_from_db()
    assert action.reason == "x"


def test_there_is_no_permission_to_change_it() -> None:
    codenames = Permission.objects.filter(content_type__model="staffaction").values_list(
        "codename", flat=True
    )
    assert not {name for name in codenames if name.endswith("_staffaction")} - {"view_staffaction"}


def test_names_survive_the_accounts_that_they_are_of() -> None:
    action = written()
    assert action.actor
    assert action.reader
    action.actor.delete()
    action.reader.delete()
    action.refresh_from_db()
    assert (action.actor_id, action.reader_id) == (None, None)
    assert action.actor_name == "gone@example.com"
    assert action.about.startswith("reader ")
    assert "ada" not in action.about


def test_the_same_form_is_written_down_once() -> None:
    action = written()
    with pytest.raises(recording.DoneAlreadyError):
        recording.begin("Again", by=make_reader(), now=timezone.now(), key=action.key)


def test_what_is_changed_in_the_admin_is_in_it_without_addresses() -> None:
    client = at_the_desk("administrator")
    rule = MeterRule.objects.create(section=make_section())
    form = {"section": rule.section_id, "allowance": "3", "strangers_allowance": "0"}
    client.post(reverse("admin:paywall_meterrule_change", args=[rule.pk]), form)
    reader = make_reader("ada@example.com")
    right = granting.give(reader, Source.COURTESY, starts_at=timezone.now())
    client.post(reverse("admin:paywall_entitlement_delete", args=[right.pk]), {"post": "yes"})
    told = list(StaffAction.objects.order_by("pk").values_list("what", "about", "outcome"))
    assert told == [
        ("Changed meter rule", "Rule for News", "Done."),
        ("Deleted entitlement", "Courtesy for a reader", "Done."),
    ]
    assert StaffAction.objects.filter(actor_name="administrator@example.com").count() == 2


def test_of_many_deleted_at_once_each_is_in_it() -> None:
    client = at_the_desk("administrator")
    rules = [MeterRule.objects.create(section=make_section(slug)) for slug in ("a", "b", "c")]
    chosen = [rule.pk for rule in rules]
    posted = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    client.post(reverse("admin:paywall_meterrule_changelist"), posted)
    assert not MeterRule.objects.exclude(section=None).exists()
    assert StaffAction.objects.filter(what="Deleted meter rule").count() == 3
    assert LogEntry.objects.count() == 3
