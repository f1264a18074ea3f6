"""What waits for a person: each thing once, with its screen, and a letter a day about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from paywall.circulation.claims import PrintCase
from paywall.circulation.models import CirculationImport
from paywall.circulation.states import ImportState
from paywall.health import digest, waiting
from paywall.health.models import HealthDigest
from paywall.letters.sending import NOT_WANTED
from paywall.metering import freeing
from paywall.payments import inbox
from paywall.payments.models import Concern, Reconciliation, StripeEvent
from tests.catalog.packages import MONTHLY, make_package
from tests.letters.outbox import make_letter
from tests.making import make_reader

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _on_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "schedules", lambda **_: [])


def event(**fields: Any) -> None:
    given = {"happened_at": NOW, "received_at": NOW, "next_try_at": NOW, "object": {}, **fields}
    StripeEvent.objects.create(stripe_id="evt_1", type="invoice.paid", **given)


def concern(kind: str, **fields: Any) -> None:
    Concern.objects.create(kind=kind, key=kind, text="Look.", raised_at=NOW, **fields)


def file(state: ImportState) -> None:
    CirculationImport.objects.create(
        source="file.csv", profile="standard", state=state.value, as_of=NOW, began_at=NOW
    )


def case(state: str) -> None:
    PrintCase.objects.create(reader=make_reader(), state=state, typed_at=NOW, opened_at=NOW)


def comparison(**fields: Any) -> None:
    given = {"kind": "everything", "began_at": NOW, "ended_at": NOW, **fields}
    Reconciliation.objects.create(**given)


def open_all(ends: timedelta) -> None:
    now = NOW + ends - HOUR
    freeing.open_all(None, until=NOW + ends, why="Storm", by=make_reader(), now=now)


Make = Callable[[], object]
WAITS: dict[str, tuple[Make, str, str]] = {
    "an event given up": (lambda: event(given_up_at=NOW), "failed too often", "state=failed"),
    "an event left lying": (
        lambda: event(received_at=NOW - 2 * HOUR), "waited for an hour", "state=waiting",
    ),
    "a file held": (lambda: file(ImportState.HELD), "files held", "state__exact=held"),
    "a case": (lambda: case("open"), "cases to decide", "printcase/?state__exact=open"),
    "a double purchase": (lambda: concern("double"), "Two subscriptions", "kind__exact=double"),
    "a price not ours": (lambda: concern("foreign_price"), "not ours", "foreign_price"),
    "a price not published": (
        lambda: make_package(MONTHLY), "does not have as they are", "package/publish/",
    ),
    "a difference": (lambda: comparison(differences=["A."]), "Differences", "reconciliation/"),
    "a comparison that broke off": (lambda: comparison(error="x"), "broke off", "reconcil"),
    "a letter back": (
        lambda: make_letter(sent_at=NOW, bounced_at=NOW), "came back", "state=bounced",
    ),
    "a letter given up": (lambda: make_letter(given_up_at=NOW), "not be sent", "state=given_up"),
}  # fmt: skip
WELL: dict[str, Make] = {
    "an event handled": lambda: event(handled_at=NOW, given_up_at=NOW),
    "an event that just came": event,
    "a file taken": lambda: file(ImportState.TAKEN),
    "a case decided": lambda: case("approved"),
    "a draft of a case": lambda: case("draft"),
    "a concern settled": lambda: concern("double", settled_at=NOW),
    "a comparison that found nothing": comparison,
    "a letter sent": lambda: make_letter(sent_at=NOW),
    "a letter looked at": lambda: make_letter(given_up_at=NOW, seen_at=NOW),
    "a letter not wanted": lambda: make_letter(given_up_at=NOW, error=NOT_WANTED),
    "stories that were open": lambda: open_all(timedelta(0)),
    "an old foreign event": lambda: event(
        handled_at=NOW, outcome=inbox.FOREIGN, happened_at=NOW - timedelta(days=8)
    ),
}


def found() -> list[waiting.Waiting]:
    return list(waiting.waiting(now=NOW, real_now=NOW))


@pytest.mark.parametrize("thing", WAITS)
def test_each_thing_waits_with_its_screen(thing: str, client: Client) -> None:
    make, what, address = WAITS[thing]
    make()
    (one,) = found()
    assert (one.count, one.waits) == (1, True)
    assert what in one.what
    assert address in one.address
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    if "publish" not in address:  # that one asks Stripe
        assert client.get(one.address).status_code == 200  # an unknown filter would be a redirect


@pytest.mark.parametrize("thing", WELL)
def test_what_is_settled_waits_for_nobody(thing: str) -> None:
    WELL[thing]()
    assert not found()


@pytest.mark.parametrize("outcome", [inbox.FOREIGN, inbox.UNKNOWN])
def test_what_is_only_to_be_known_writes_to_nobody(settings: LazySettings, outcome: str) -> None:
    event(handled_at=NOW, outcome=outcome)
    open_all(HOUR)
    assert [one.waits for one in found()] == [False, False]
    settings.HEALTH_DIGEST_TO = ["desk@example.com"]
    assert not digest.send_todays(now=NOW, real_now=NOW)


def test_a_late_circulation_file_says_since_when(settings: LazySettings) -> None:
    settings.CIRCULATION_SOURCE = "/files/tonight.csv"
    (one,) = found()
    assert "late" in one.what
    assert "No circulation file" in one.more


def test_the_letter_says_counts_and_links_and_comes_once_a_day(settings: LazySettings) -> None:
    settings.HEALTH_DIGEST_TO = ["desk@example.com", "chief@example.com"]
    assert not digest.send_todays(now=NOW, real_now=NOW)
    concern("double")
    make_letter(given_up_at=NOW, address="somebody@example.com", error="somebody@example.com")
    assert digest.send_todays(now=NOW, real_now=NOW)
    assert not digest.send_todays(now=NOW, real_now=NOW + HOUR)
    (letter,) = mail.outbox
    assert letter.to == ["desk@example.com", "chief@example.com"]
    assert "2 things" in letter.subject
    assert "Concern: Two subscriptions run at once\n  http" in letter.body
    assert reverse("admin:paywall_schedulerun_changelist") in letter.body
    assert "somebody@" not in letter.body
    assert digest.send_todays(now=NOW, real_now=NOW + timedelta(days=1))


def test_a_letter_that_failed_is_tried_again_the_same_day(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HEALTH_DIGEST_TO = ["desk@example.com"]
    concern("double")
    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            digest.send_todays(now=NOW, real_now=NOW)
    assert digest.send_todays(now=NOW, real_now=NOW + HOUR)
    assert HealthDigest.objects.get().counts == {"Concern: Two subscriptions run at once": 1}


def test_the_page_opens_for_who_may_and_asks_little(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    concern("double")
    address = reverse("admin:paywall_schedulerun_changelist")
    client.force_login(make_reader(is_staff=True))
    assert client.get(address).status_code == 403
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    page = client.get(address)
    assert "Two subscriptions run at once" in page.content.decode()
    with django_assert_num_queries(13):
        found()
