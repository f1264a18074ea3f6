"""Staff see what Stripe told us and what needs them, and have it tried again or settled."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from paywall.payments.models import Concern, Reconciliation, StripeEvent
from paywall.trail.models import StaffAction
from tests.making import make_reader

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def desk() -> Reader:
    """Return a member of staff who may look at all that Stripe told us, and no more."""
    desk = make_reader("desk@example.com", is_staff=True)
    may = ["view_stripeevent", "view_concern", "view_reconciliation"]
    desk.user_permissions.set(Permission.objects.filter(codename__in=may))
    return desk


@pytest.fixture
def staff(client: Client, desk: Reader) -> Client:
    client.force_login(desk)
    return client


def given_up() -> StripeEvent:
    return StripeEvent.objects.create(
        stripe_id="evt_1", type="invoice.paid", happened_at=WHEN, customer_id="cus_1",
        object={"invoices": ["in_1"]}, received_at=WHEN, next_try_at=WHEN, tries=8,
        given_up_at=WHEN, error="GatewayRefused: No such invoice",
    )  # fmt: skip


def act(client: Client, model: str, action: str, pk: int) -> int:
    address = reverse(f"admin:paywall_{model}_changelist")
    return client.post(address, {"action": action, "_selected_action": [pk]}).status_code


def told_by(desk: Reader) -> list[str]:
    """Return what the audit trail has of somebody."""
    return list(StaffAction.objects.filter(actor=desk).values_list("what", flat=True))


def test_an_event_that_was_given_up_is_seen_with_its_error(staff: Client) -> None:
    event = given_up()
    page = staff.get(reverse("admin:paywall_stripeevent_changelist"), {"state": "failed"})
    assert "Given up: GatewayRefused: No such invoice" in page.content.decode()
    other = staff.get(reverse("admin:paywall_stripeevent_changelist"), {"state": "handled"})
    assert "No such invoice" not in other.content.decode()
    assert (
        staff.get(reverse("admin:paywall_stripeevent_change", args=[event.pk])).status_code == 200
    )


def test_who_may_only_look_does_nothing(staff: Client) -> None:
    event = given_up()
    act(staff, "stripeevent", "try_again", event.pk)
    event.refresh_from_db()
    assert event.given_up_at


def test_it_is_tried_again(staff: Client, desk: Reader) -> None:
    desk.user_permissions.add(Permission.objects.get(codename="change_stripeevent"))
    event = given_up()
    act(staff, "stripeevent", "try_again", event.pk)
    event.refresh_from_db()
    assert (event.given_up_at, event.tries, event.error) == (None, 0, "")
    assert told_by(desk) == ["Changed stripe event"]


def test_a_concern_is_settled(staff: Client, desk: Reader) -> None:
    desk.user_permissions.add(Permission.objects.get(codename="change_concern"))
    concern = Concern.objects.create(
        kind="dispute", key="dispute:in_1", text="Disputed.", raised_at=WHEN
    )
    act(staff, "concern", "settle", concern.pk)
    concern.refresh_from_db()
    assert concern.settled_at
    assert concern.text == "Disputed. Settled by staff."
    assert told_by(desk) == ["Changed concern"]


def test_a_comparison_says_what_differed(staff: Client) -> None:
    report = Reconciliation.objects.create(
        kind="events", began_at=WHEN, ended_at=WHEN, differences=["invoice.paid had not arrived."]
    )
    page = staff.get(reverse("admin:paywall_reconciliation_change", args=[report.pk]))
    assert "invoice.paid had not arrived." in page.content.decode()
