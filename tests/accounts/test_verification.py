"""The gate says VERIFY_EMAIL exactly while a code is awaited that can still be typed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import verification
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_UP,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    ask_again,
    make_unproved_reader,
    sign_in,
    sign_up,
    type_code,
)
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def is_pending(client: Client) -> bool:
    return verification.is_pending(client.get(reverse("front")).wsgi_request)


def nothing(client: Client) -> None:
    client.get(SIGN_UP)


def sign_up_anew(client: Client) -> None:
    sign_up(client, ADA, PASSWORD)


def sign_up_with_a_known_address(client: Client) -> None:
    make_reader(ADA)
    sign_up(client, ADA)


def sign_in_with_an_unproved_address(client: Client) -> None:
    make_unproved_reader(ADA)
    sign_in(client, ADA)


def ask_for_a_code_to_sign_in(client: Client) -> None:
    make_unproved_reader(ADA)
    client.post(ASK_FOR_CODE, {"email": ADA})


def sign_in_with_a_proved_address(client: Client) -> None:
    make_reader(ADA)
    sign_in(client, ADA)


@pytest.mark.parametrize(
    ("what", "pending"),
    [
        (nothing, False),
        (sign_up_anew, True),
        (sign_up_with_a_known_address, True),
        (sign_in_with_an_unproved_address, True),
        (ask_for_a_code_to_sign_in, False),
        (sign_in_with_a_proved_address, False),
    ],
)
def test_a_code_is_awaited_after(
    client: Client, what: Callable[[Client], None], pending: bool
) -> None:
    what(client)
    assert is_pending(client) == pending
    story = make_article().get_absolute_url()
    assert (client.get(story)["Paywall-Outcome"] == "verify_email") == pending
    can_be_typed = client.get(TYPE_CODE_TO_VERIFY).status_code == 200
    assert can_be_typed == pending


def type_it(client: Client) -> None:
    type_code(client, TYPE_CODE_TO_VERIFY)


def type_it_wrong_five_times(client: Client) -> None:
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_VERIFY, WRONG)


def call_it_off(client: Client) -> None:
    client.post(reverse("account_logout"))


def ask_for_a_code_instead(client: Client) -> None:
    client.post(ASK_FOR_CODE, {"email": ADA})


def sign_in_as_somebody_else(client: Client) -> None:
    make_reader("bob@example.com")
    sign_in(client, "bob@example.com")


def look_at_other_pages(client: Client) -> None:
    for page in ("account_login", "account_signup", "account_request_login_code", "front"):
        client.get(reverse(page))


def type_it_wrong_and_ask_again(client: Client) -> None:
    type_it_wrong_five_times(client)
    ask_again(client, TYPE_CODE_TO_VERIFY)


@pytest.mark.parametrize(
    ("what", "pending"),
    [
        (type_it, False),
        (type_it_wrong_five_times, False),
        (type_it_wrong_and_ask_again, True),
        (call_it_off, False),
        (ask_for_a_code_instead, False),
        (sign_in_as_somebody_else, False),
        (look_at_other_pages, True),
    ],
)
def test_a_code_awaited_is_still_awaited_after(
    client: Client, what: Callable[[Client], None], pending: bool
) -> None:
    sign_up(client, ADA, PASSWORD)
    what(client)
    assert is_pending(client) == pending


@pytest.mark.parametrize(("minutes", "pending"), [(0, True), (19, True), (21, False)])
def test_a_code_is_awaited_for_twenty_minutes(client: Client, minutes: int, pending: bool) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(client, ADA)
        clock.shift(timedelta(minutes=minutes))
        assert is_pending(client) == pending


def test_a_new_address_is_awaited_too_and_counts_on_as_a_reader(client: Client) -> None:
    client.force_login(make_reader(ADA))
    client.post(reverse("account_email"), {"email": "new@example.com", "action_add": "1"})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "new@example.com", "action_add": "1"})
    assert mail.outbox[-1].to == ["new@example.com"]
    assert is_pending(client)
    assert client.get(make_article().get_absolute_url())["Paywall-Outcome"] == "metered"


def test_a_look_at_whether_a_code_is_awaited_asks_no_database(
    client: Client, django_assert_num_queries: Callable[[int], object]
) -> None:
    sign_up(client, ADA)
    request = client.get(TYPE_CODE_TO_VERIFY).wsgi_request
    with django_assert_num_queries(0):  # type: ignore[attr-defined]  # a context manager
        assert verification.is_pending(request)
