"""The code that proves an address: how long it lives, and what comes after it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_IN,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    ask_again,
    is_signed_in,
    newest_code,
    sign_up,
    type_code,
    words,
)
from tests.making import make_article

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_code_survives_a_reload_another_app_and_the_story_page(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        story = make_article().get_absolute_url()
        sign_up(client, ADA, next=story)
        code = newest_code()
        for _ in range(3):
            clock.shift(5 * MINUTE)
            assert client.get(story)["Paywall-Outcome"] == "verify_email"
            assert ADA in words(client.get(TYPE_CODE_TO_VERIFY))
        clock.shift(5 * MINUTE)
        assert type_code(client, TYPE_CODE_TO_VERIFY, code)["Location"] == story


def test_the_code_leads_to_the_story_that_was_opened_last(client: Client) -> None:
    sign_up(client, ADA, next="/stories/one/")
    response = type_code(client, TYPE_CODE_TO_VERIFY, next="/stories/two/")
    assert response["Location"] == "/stories/two/"


def test_the_code_lives_twenty_minutes_and_no_longer(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        story = make_article().get_absolute_url()
        sign_up(client, ADA)
        clock.shift(20 * MINUTE + timedelta(seconds=1))
        assert client.get(story)["Paywall-Outcome"] == "sign_in"
        response = type_code(client, TYPE_CODE_TO_VERIFY)
        assert response["Location"] == TYPE_CODE_TO_VERIFY
        assert not is_signed_in(client)


def test_the_code_that_has_run_out_is_followed_by_another(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(client, ADA, PASSWORD, next="/stories/one/")
        clock.shift(25 * MINUTE)
        assert "Send me a new code" in words(client.get(TYPE_CODE_TO_VERIFY))
        old = newest_code()
        ask_again(client, TYPE_CODE_TO_VERIFY)
        assert newest_code() != old
        clock.shift(20 * MINUTE)
        type_code(client, TYPE_CODE_TO_VERIFY, old)
        assert not is_signed_in(client)
        assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == "/stories/one/"
    assert Reader.objects.get().check_password(PASSWORD)


def test_the_code_is_not_awaited_for_ever(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(client, ADA)
        clock.shift(121 * MINUTE)
        response = client.get(TYPE_CODE_TO_VERIFY, {"next": "/stories/one/"})
        assert response["Location"] == f"{SIGN_IN}?next=%2Fstories%2Fone%2F"
        assert "we can email you a new one" in words(client.get(response["Location"]))


def test_the_code_may_be_typed_wrong_four_times_and_not_five(client: Client) -> None:
    sign_up(client, ADA)
    code = newest_code()
    for _ in range(4):
        assert "That is not the code" in words(type_code(client, TYPE_CODE_TO_VERIFY, WRONG))
    type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
    assert "typed too often" in words(client.get(TYPE_CODE_TO_VERIFY))
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert not is_signed_in(client)

    ask_again(client, TYPE_CODE_TO_VERIFY)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert is_signed_in(client)


def test_the_code_may_not_be_guessed_by_many_requests_at_once(client: Client) -> None:
    sign_up(client, ADA)
    code, session = newest_code(), dict(client.session.items())
    for _ in range(5):
        type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
        stored = client.session  # as a request sees it that began before the others ended
        stored.update(session)
        stored.save()
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert not is_signed_in(client)


def test_the_code_is_sent_again_three_times(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_up(client, ADA)
        for _ in range(5):
            clock.shift(2 * MINUTE)
            ask_again(client, TYPE_CODE_TO_VERIFY)
        assert len(mail.outbox) == 4
        assert "Send another email" not in words(client.get(TYPE_CODE_TO_VERIFY))
        type_code(client, TYPE_CODE_TO_VERIFY)
    assert is_signed_in(client)


def test_the_code_is_not_sent_again_by_every_click(client: Client) -> None:
    sign_up(client, ADA)
    for _ in range(3):
        ask_again(client, TYPE_CODE_TO_VERIFY)
    assert len(mail.outbox) == 3
    assert "only just sent you an email" in words(client.get(TYPE_CODE_TO_VERIFY))


def test_the_code_typed_twice_signs_in_once(client: Client) -> None:
    sign_up(client, ADA)
    code = newest_code()
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    response = type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert response.status_code == 302
    assert is_signed_in(client)


def test_the_code_of_another_browser_is_of_no_use(client: Client) -> None:
    sign_up(client, ADA)
    response = type_code(Client(), TYPE_CODE_TO_VERIFY)
    assert response["Location"] == SIGN_IN
    assert not EmailAddress.objects.get().verified


def test_the_code_of_a_deleted_account_opens_nothing(client: Client) -> None:
    sign_up(client, ADA)
    Reader.objects.all().delete()
    response = type_code(client, TYPE_CODE_TO_VERIFY)
    assert response.status_code in {200, 302}
    assert not is_signed_in(client)


def test_the_code_still_signs_in_when_the_address_was_proved_elsewhere(client: Client) -> None:
    sign_up(client, ADA)
    code, phone = newest_code(), Client()
    phone.post(ASK_FOR_CODE, {"email": ADA})
    type_code(phone, TYPE_CODE_TO_SIGN_IN)
    assert is_signed_in(phone)
    type_code(client, TYPE_CODE_TO_VERIFY, code)
    assert is_signed_in(client)
