"""Staff see what was written to whom, and have what was given up sent after all."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from paywall.letters.models import Letter
from paywall.trail.models import StaffAction
from tests.letters.outbox import make_letter
from tests.making import make_reader

pytestmark = pytest.mark.django_db

LIST = "admin:paywall_letter_changelist"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def make_some() -> dict[str, Letter]:
    now = timezone.now()
    return {
        "sent": make_letter(sent_at=now, tries=1),
        "given_up": make_letter(given_up_at=now, error="SMTPRecipientsRefused", tries=1),
        "failing": make_letter(error="TimeoutError", tries=2),
        "waiting": make_letter(),
    }


@pytest.mark.parametrize("state", ["sent", "given_up", "failing", "waiting"])
def test_letters_are_found_by_their_state(staff: Client, state: str) -> None:
    letters = make_some()
    page = staff.get(reverse(LIST), {"state": state}).content.decode()
    shown = {name for name, letter in letters.items() if letter.address in page}
    assert shown == {state}


def test_a_letter_is_shown_and_cannot_be_changed(staff: Client) -> None:
    letter = make_letter(text="What we wrote.\n")
    address = reverse("admin:paywall_letter_change", args=[letter.pk])
    page = staff.get(address).content.decode()
    assert "What we wrote." in page
    assert 'name="_save"' not in page
    assert staff.post(address, {"subject": "Other"}).status_code == 403
    for name in ("delete", "add"):
        args = [letter.pk] if name == "delete" else []
        assert staff.get(reverse(f"admin:paywall_letter_{name}", args=args)).status_code == 403


def try_again(client: Client, letters: dict[str, Letter]) -> set[str]:
    """Ask for all of them and return those that changed."""
    ids = [letter.pk for letter in letters.values()]
    client.post(reverse(LIST), {"action": "try_again", "_selected_action": ids})
    before = {name: letter.given_up_at for name, letter in letters.items()}
    for letter in letters.values():
        letter.refresh_from_db()
    return {name for name, letter in letters.items() if letter.given_up_at != before[name]}


def test_only_what_was_given_up_is_tried_again(staff: Client) -> None:
    letters = make_some()
    assert try_again(staff, letters) == {"given_up"}
    assert letters["given_up"].tries == 0


@pytest.mark.parametrize(("may", "tried"), [("view", set()), ("change", {"given_up"})])
def test_it_takes_the_right_to_change(client: Client, may: str, tried: set[str]) -> None:
    clerk = make_reader("clerk@example.com", is_staff=True)
    names = {"view_letter", f"{may}_letter"}
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    assert try_again(client, make_some()) == tried


def test_what_is_done_about_letters_is_in_the_trail(staff: Client) -> None:
    letters = make_some()
    try_again(staff, letters)
    letters["failing"].bounced_at = letters["sent"].sent_at
    letters["failing"].save()
    ids = [letter.pk for letter in letters.values()]
    staff.post(reverse(LIST), {"action": "looked_at", "_selected_action": ids})
    changes = [action.details["change"] for action in StaffAction.objects.order_by("pk")]
    assert changes == ["To be sent again.", "Looked at."]
