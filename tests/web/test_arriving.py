"""One mailbox, one meter, by whatever way and as whichever account its reader arrives."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from articles.models import Article
from paywall.metering import rules
from paywall.metering.models import Meter, MeteredRead, MeterKey, MeterRule
from tests.accounts.doing import (
    ASK_FOR_CODE,
    NEW_PASSWORD,
    PASSWORD,
    RESET,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    make_unproved_reader,
    sign_in,
    sign_up,
    type_code,
)
from tests.accounts.passkey import add_passkey, sign_in_with
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@gmail.com"


@pytest.fixture
def stories() -> list[Article]:
    return [make_article() for _ in range(10)]


def read(client: Client, stories: list[Article]) -> list[str]:
    return [client.get(story.get_absolute_url())["Paywall-Outcome"] for story in stories]


def left(client: Client, story: Article) -> str:
    """Return how many are left, asking without reading."""
    return str(client.head(story.get_absolute_url())["Paywall-Remaining"])


def start_account(email: str) -> Client:
    client = Client()
    sign_up(client, email, PASSWORD)
    type_code(client, TYPE_CODE_TO_VERIFY)
    return client


def change_address(client: Client, email: str) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": email, "action_add": "1"})
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert Reader.objects.filter(email=email).exists()


def by_password(client: Client) -> None:
    make_reader(ADA)
    sign_in(client, ADA)


def by_code(client: Client) -> None:
    make_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})
    type_code(client, TYPE_CODE_TO_SIGN_IN)


def by_passkey(client: Client) -> None:
    make_reader(ADA)
    first = Client()
    sign_in(first, ADA)
    sign_in_with(client, add_passkey(first))


def by_new_password(client: Client) -> None:
    make_reader(ADA)
    client.post(RESET, {"email": ADA})
    type_code(client, TYPE_CODE_TO_RESET)
    client.post(NEW_PASSWORD, {"password1": "another fine password"})


def by_signing_up(client: Client) -> None:
    sign_up(client, ADA)
    type_code(client, TYPE_CODE_TO_VERIFY)


def by_proving_the_address_at_last(client: Client) -> None:
    make_unproved_reader(ADA)
    sign_in(client, ADA)
    type_code(client, TYPE_CODE_TO_VERIFY)


WAYS = [
    by_password,
    by_code,
    by_passkey,
    by_new_password,
    by_signing_up,
    by_proving_the_address_at_last,
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_leads_to_the_mailboxs_meter(
    client: Client, stories: list[Article], way: Callable[[Client], None]
) -> None:
    earlier = start_account("a.d.a+earlier@googlemail.com")
    read(earlier, stories[:5])
    way(client)
    assert left(client, stories[9]) == "2"
    assert read(client, stories[:8]) == ["read_before"] * 5 + ["metered"] * 2 + ["meter_spent"]
    assert left(earlier, stories[9]) == "0"
    assert Meter.objects.count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_counts_what_the_stranger_opened_on_this_device(
    client: Client, stories: list[Article], way: Callable[[Client], None]
) -> None:
    MeterRule.objects.update_or_create(section=None, defaults={"strangers_allowance": 3})
    rules.forget()
    assert read(client, stories[:4]) == ["metered"] * 3 + ["sign_in"]
    way(client)
    assert read(client, stories[:8]) == ["read_before"] * 3 + ["metered"] * 4 + ["meter_spent"]


def test_a_reader_without_a_meter_gets_one_of_seven(client: Client, stories: list[Article]) -> None:
    reader = make_reader(ADA)
    assert not MeterKey.objects.exists()
    sign_in(client, ADA)
    assert MeterKey.objects.filter(reader=reader).count() == 1
    assert read(client, stories[:8]) == ["metered"] * 7 + ["meter_spent"]


def test_the_meter_survives_deleting_the_account_and_starting_another(
    stories: list[Article],
) -> None:
    client = start_account(ADA)
    read(client, stories[:6])
    Reader.objects.all().delete()
    again = start_account(ADA)
    assert read(again, stories[:8]) == ["read_before"] * 6 + ["metered", "meter_spent"]


def test_a_new_month_has_seven_again_for_whoever_started_anew(stories: list[Article]) -> None:
    with time_machine.travel(datetime(2026, 3, 20, 12, tzinfo=UTC), tick=False) as clock:
        march = [make_article() for _ in range(8)]
        client = start_account(ADA)
        assert read(client, march) == ["metered"] * 7 + ["meter_spent"]
        Reader.objects.all().delete()
        clock.move_to(datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC))
        again = start_account(ADA)
        assert read(again, march) == ["metered"] * 7 + ["meter_spent"]


def test_aliases_of_one_mailbox_share_the_seven(stories: list[Article]) -> None:
    aliases = [ADA, "a.da@gmail.com", "ada+news@gmail.com", "ADA@googlemail.com"]
    readers = [start_account(alias) for alias in aliases]
    outcomes = [read(reader, [story]) for reader, story in zip(readers * 3, stories, strict=False)]
    assert outcomes == [["metered"]] * 7 + [["meter_spent"]] * 3
    assert Meter.objects.count() == 1


def test_different_mailboxes_do_not(stories: list[Article]) -> None:
    for email in (ADA, "ad@gmail.com", "ada@example.com", "a.da@example.com"):
        assert read(start_account(email), stories[:7]) == ["metered"] * 7
    assert Meter.objects.count() == 4


def test_changing_the_address_back_and_forth_opens_no_eighth(stories: list[Article]) -> None:
    client = start_account(ADA)
    read(client, stories[:3])
    for address in ("new@example.com", ADA, "third@example.com", "new@example.com"):
        change_address(client, address)
        assert left(client, stories[9]) == "4"
    assert read(client, stories[3:8]) == ["metered"] * 4 + ["meter_spent"]


def test_the_address_left_behind_starts_no_new_seven(stories: list[Article]) -> None:
    client = start_account(ADA)
    read(client, stories[:7])
    change_address(client, "new@example.com")
    again = start_account(ADA)
    assert read(again, stories[7:8]) == ["meter_spent"]


def test_a_new_address_brings_its_own_meter_along(stories: list[Article]) -> None:
    other = start_account("other@example.com")
    read(other, stories[:4])
    Reader.objects.filter(email="other@example.com").delete()
    client = start_account(ADA)
    read(client, stories[4:6])
    change_address(client, "other@example.com")
    assert left(client, stories[9]) == "1"
    assert MeteredRead.objects.count() == 6


def test_an_address_that_was_only_typed_brings_nothing(stories: list[Article]) -> None:
    other = start_account("other@example.com")
    read(other, stories[:4])
    client = start_account(ADA)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "other+me@example.com", "action_add": "1"})
    assert left(client, stories[9]) == "7"
    sign_up(Client(), "other+you@example.com")
    assert left(other, stories[9]) == "3"
    assert Meter.objects.count() == 2


def test_three_devices_are_one_meter(stories: list[Article]) -> None:
    make_reader(ADA)
    devices = [Client(), Client(), Client()]
    for device in devices:
        sign_in(device, ADA)
    outcomes = [read(device, [story]) for device, story in zip(devices * 3, stories, strict=False)]
    assert outcomes == [["metered"]] * 7 + [["meter_spent"]] * 2


def test_arriving_makes_what_was_remembered_of_the_reader_void(stories: list[Article]) -> None:
    client = start_account(ADA)
    read(client, stories[:2])
    before = Reader.objects.get(email=ADA).access_version
    alias = start_account("ada+x@gmail.com")
    assert Reader.objects.get(email=ADA).access_version >= before
    read(alias, stories[2:5])
    assert left(client, stories[9]) == "2"
