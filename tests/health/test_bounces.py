"""What the mail provider tells of letters, through Anymail's webhooks."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from config.safety import anymail_from
from paywall.letters import sending, stopping
from paywall.letters.models import Letter
from tests.letters.outbox import make_letter
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.health.urls")]

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _calls(settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "provider:sesame"}


def tell(password: str = "sesame", **told: str) -> int:
    """Tell of an event as Postmark does: https://postmarkapp.com/developer/webhooks/bounce-webhook."""
    proof = base64.b64encode(f"provider:{password}".encode()).decode()
    body = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 1,
        "MessageID": "theirs",
        "Email": "reader@example.com",
        "BouncedAt": "2026-11-14T12:00:00Z",
        "Details": "550 no such user",
        **told,
    }
    headers = {"Authorization": f"Basic {proof}"}
    address = "/webhooks/mail/postmark/tracking/"
    return Client().post(address, body, "application/json", headers=headers).status_code


def sent(ago: timedelta = timedelta(hours=1), **fields: Any) -> Letter:
    return make_letter(**{"address": "reader@example.com", "sent_at": NOW - ago, **fields})


def bounced() -> list[int]:
    found = Letter.objects.filter(bounced_at__isnull=False).order_by("pk")
    return list(found.values_list("pk", flat=True))


def test_the_newest_letter_to_the_address_has_come_back() -> None:
    sent(timedelta(days=1))
    newest = sent()
    sent(address="else@example.com")
    assert tell(Email="Reader@Example.com") == 200
    assert bounced() == [newest.pk]
    newest.refresh_from_db()
    assert newest.bounce == "bounced: 550 no such user"
    assert sending.looked_at(Letter.objects.all(), now=NOW) == 1
    assert sending.looked_at(Letter.objects.all(), now=NOW) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"Email": "nobody@example.com"},
        {"RecordType": "Delivery", "Recipient": "reader@example.com", "DeliveredAt": "2026-11-14"},
        {"Type": "Transient"},
    ],
    ids=["an address we did not write to", "a delivery", "a mailbox that is full for now"],
)
def test_what_is_no_letter_of_ours_that_came_back_changes_nothing(told: dict[str, str]) -> None:
    sent()
    assert tell(**told) == 200
    assert not bounced()


def test_an_old_letter_is_left_alone() -> None:
    sent(timedelta(days=15))
    tell()
    assert not bounced()


def test_nobody_else_is_believed() -> None:
    sent()
    assert tell("open") == 400
    assert not bounced()


def test_who_calls_it_spam_is_written_to_about_money_alone() -> None:
    reader = make_reader("reader@example.com")
    sent(reader=reader)
    assert tell(RecordType="SpamComplaint", Type="SpamComplaint") == 200
    assert not stopping.wants(reader)
    assert not bounced()


@pytest.mark.parametrize("given", ["{", "[]", "{}", '{"WEBHOOK_SECRET": "no-password"}'])
def test_a_start_without_a_secret_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL"):
        anymail_from(given)


def test_the_providers_own_settings_go_along() -> None:
    told = anymail_from('{"WEBHOOK_SECRET": "a:b", "MAILGUN_WEBHOOK_SIGNING_KEY": "c"}')
    assert told == {"WEBHOOK_SECRET": "a:b", "MAILGUN_WEBHOOK_SIGNING_KEY": "c"}
    assert anymail_from("") == {}
