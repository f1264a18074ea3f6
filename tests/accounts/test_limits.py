"""Limits keep guessers out and let an office of hundreds in through one address."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    RESET,
    SIGN_UP,
    is_signed_in,
    sign_in,
    sign_up,
    words,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_a_password_may_be_guessed_five_times_in_five_minutes(client: Client) -> None:
    make_reader(ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            sign_in(client, ADA, "wrong horse")
        assert "too often" in words(sign_in(client, ADA))
        assert not is_signed_in(client)
        clock.shift(timedelta(minutes=5, seconds=1))
        sign_in(client, ADA)
        assert is_signed_in(client)


def test_no_forged_host_buys_more_guesses(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = [".gazette.example", "testserver"]
    make_reader(ADA)
    for number in range(5):
        sign_in(Client(headers={"host": f"a{number}.gazette.example"}), ADA, "wrong horse")
    assert "too often" in words(sign_in(client, ADA))


def test_a_guesser_does_not_lock_out_the_neighbours(client: Client) -> None:
    make_reader(ADA)
    make_reader("bob@example.com")
    for _ in range(20):
        sign_in(client, ADA, "wrong horse")
    sign_in(client, "bob@example.com")
    assert is_signed_in(client)


def test_a_locked_password_leaves_the_emailed_code(client: Client) -> None:
    make_reader(ADA)
    for _ in range(6):
        sign_in(client, ADA, "wrong horse")
    client.post(ASK_FOR_CODE, {"email": ADA})
    assert mail.outbox[-1].subject.startswith("Your code to sign in")


def test_an_office_signs_in_through_one_address(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        for number in range(60):
            email = f"editor{number}@example.com"
            make_reader(email)
            client.cookies.clear()
            assert sign_in(client, email).status_code == 302


def test_a_hundred_start_accounts_through_one_address_in_a_minute_and_no_more(
    client: Client,
) -> None:
    statuses = []
    with time_machine.travel(NOON, tick=False):
        for number in range(101):
            client.cookies.clear()
            statuses.append(sign_up(client, f"colleague{number}@example.com").status_code)
    assert statuses == [302] * 100 + [429]


@pytest.mark.parametrize("page", [ASK_FOR_CODE, RESET, SIGN_UP])
def test_nobodys_mailbox_is_flooded(client: Client, page: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(15):
            client.cookies.clear()
            client.post(page, {"email": ADA, "password1": ""})
            clock.shift(timedelta(minutes=1))
        assert len(mail.outbox) == 10


def test_too_often_is_said_on_a_page_of_ours(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(4):
            response = sign_up(client, ADA)
    assert response.status_code == 429
    assert "That was too often" in words(response)


class TestBehindAProxy:
    """The limits count the address of the reader, not the proxy's, nor one made up."""

    def may_try_from(self, *forwarded: str) -> list[bool]:
        """Try the passwords of others; tell of each try whether it was looked at."""
        tries = []
        for number, addresses in enumerate(forwarded):
            client = Client(headers={"x-forwarded-for": addresses})
            response = sign_in(client, f"nobody{number}@example.com", "wrong horse")
            tries.append("too often" not in words(response))
        return tries

    @pytest.fixture(autouse=True)
    def _two_tries(self, settings: LazySettings) -> None:
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/m/ip"}

    def test_none_is_trusted_unless_told(self) -> None:
        assert self.may_try_from("203.0.113.1", "203.0.113.2", "203.0.113.3") == [True, True, False]

    def test_one_is_trusted_when_told(self, settings: LazySettings) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        made_up = "198.51.100.7, 203.0.113.1"
        tries = self.may_try_from("203.0.113.1", "203.0.113.1", made_up, "203.0.113.2")
        assert tries == [True, True, False, True]


def test_signing_in_on_many_devices_at_once_is_not_guessing(client: Client) -> None:
    make_reader(ADA)
    for _ in range(12):
        client.cookies.clear()
        sign_in(client, ADA, PASSWORD)
    client.cookies.clear()
    sign_in(client, ADA, PASSWORD)
    assert is_signed_in(client)
